// Draws the committed results of the benchmarks: a page with a chart for each measured thing.
//
// The drawings are part of the page, so their colours follow its light and dark.

import * as Plot from '@observablehq/plot';
import { JSDOM } from 'jsdom';

const { document } = new JSDOM('').window;
const WIDTH = 640;
const ROW = 26;
/** The subjects that are ours, by the names that the benchmarks give them. */
const OURS = ['masstree', 'hamt', 'skiplist', 'avl-batch', 'one map', 'two maps'];

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

const shown = (value) => (value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en'));

/** One metric of a run: a bar for each subject, the best first, with what it stands for. */
export function chartOf({ name, title, unit }, samples) {
  const bars = Object.entries(samples)
    .filter(([, metrics]) => metrics[name] !== undefined)
    .map(([subject, metrics]) => ({
      subject,
      value: median(metrics[name]),
      low: Math.min(...metrics[name]),
      high: Math.max(...metrics[name]),
      ours: OURS.some((own) => subject.startsWith(own)),
    }));
  if (bars.length < 2) return undefined;
  const svg = Plot.plot({
    document,
    width: WIDTH,
    height: 40 + ROW * bars.length,
    marginLeft: 150,
    marginRight: 70,
    x: { label: unit === 'count' ? null : unit, zero: true, ticks: 4 },
    y: { label: null, domain: bars.toSorted((a, b) => a.value - b.value).map((b) => b.subject) },
    marks: [
      Plot.barX(bars, {
        x: 'value',
        y: 'subject',
        fill: (bar) => (bar.ours ? 'var(--vp-c-brand-2)' : 'var(--vp-c-default-1)'),
        insetTop: 4,
        insetBottom: 4,
      }),
      Plot.ruleY(bars, { x1: 'low', x2: 'high', y: 'subject', stroke: 'currentColor' }),
      Plot.text(bars, {
        x: 'high',
        y: 'subject',
        text: (bar) => shown(bar.value),
        textAnchor: 'start',
        dx: 6,
        fill: 'currentColor',
      }),
    ],
  });
  svg.querySelectorAll('style').forEach((style) => style.remove());
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', title);
  svg.setAttribute('viewBox', `0 0 ${WIDTH} ${40 + ROW * bars.length}`);
  svg.removeAttribute('height');
  return svg.outerHTML.replaceAll('\n', ' ');
}

/** The page of all suites that have results. */
export function chartPage(suites, runOf) {
  const parts = [
    '# Benchmarks as pictures\n',
    'Each bar is the median of its rounds, the thin line its least and its most; ours are in',
    'colour. Shorter is better. The same numbers as [in the tables](./apps/bench.md), which say',
    'how they were taken.\n',
  ];
  for (const suite of suites) {
    const run = runOf(suite.name);
    if (run === undefined) continue;
    const charts = suite.metrics.flatMap((metric) => {
      const svg = chartOf(metric, run.samples);
      const caption = `${metric.title}${metric.unit === 'count' ? '' : `, ${metric.unit}`}`;
      return svg === undefined
        ? []
        : [`<figure><figcaption>${caption}</figcaption>${svg}</figure>\n`];
    });
    if (charts.length === 0) continue;
    parts.push(`## ${suite.title}\n`, ...charts);
    const clock = run.clock === 'cpu' ? ', CPU time of the thread' : '';
    parts.push(
      `${run.size.toLocaleString('en')} operations a round, ${run.rounds} rounds${clock}; `,
    );
    parts.push(`${run.date.slice(0, 10)}; ${run.machine}.\n`);
  }
  return parts.join('\n');
}
