// Draws the committed results of the benchmarks: a page with a chart for each measured thing.
//
// The drawings are part of the page, so their colours follow its light and dark.

import * as Plot from '@observablehq/plot';
import { JSDOM } from 'jsdom';

const { document } = new JSDOM('').window;
const WIDTH = 640;
const ROW = 26;
const HEIGHT = 320;
/** Without Plot's own margins above and below; and a line of text. */
const PLOT_HEIGHT = HEIGHT - 50;
const LABEL = 13;
/** How the names of suites end that differ in size alone. */
const SIZED = /-\d+[km]$/;
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
      ours: isOurs(subject),
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
  return outlined(svg, title, 40 + ROW * bars.length);
}

/** A drawing that takes the width and the colours of its page. */
function outlined(svg, title, height) {
  svg.querySelectorAll('style').forEach((style) => style.remove());
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', title);
  svg.setAttribute('viewBox', `0 0 ${WIDTH} ${height}`);
  svg.removeAttribute('height');
  return svg.outerHTML.replaceAll('\n', ' ');
}

const isOurs = (subject) => OURS.some((own) => subject.startsWith(own));

/** One metric over the sizes of runs: a line for each subject, with its name at its end. */
export function chartOverSizes({ name, title, unit }, runs) {
  const points = runs.flatMap(({ size, samples }) =>
    Object.entries(samples)
      .filter(([, metrics]) => metrics[name] !== undefined)
      .map(([subject, metrics]) => ({ subject, size, value: median(metrics[name]) })),
  );
  const last = Math.max(...points.map(({ size }) => size));
  const most = Math.max(...points.map(({ value }) => value));
  const ends = points.filter(({ size }) => size === last);
  if (new Set(points.map(({ size }) => size)).size < 2) return undefined;
  const colour = ({ subject }) => (isOurs(subject) ? 'var(--vp-c-brand-2)' : 'var(--vp-c-text-3)');
  const line = { x: 'size', y: 'value', z: 'subject', stroke: colour };
  const labels = {
    x: 'size',
    y: 'value',
    text: 'subject',
    textAnchor: 'start',
    dx: 8,
    fill: colour,
  };
  const svg = Plot.plot({
    document,
    width: WIDTH,
    height: HEIGHT,
    marginLeft: 60,
    marginRight: 110,
    x: { label: 'entries', type: 'log', ticks: 4, tickFormat: (n) => n.toLocaleString('en') },
    y: { label: unit === 'count' ? null : unit, zero: true, ticks: 5, grid: true },
    marks: [
      Plot.lineY(points, line),
      Plot.dot(points, { ...line, fill: colour, r: 3 }),
      ...apart(ends, most).map(([end, dy]) => Plot.text([end], { ...labels, dy })),
    ],
  });
  return outlined(svg, `${title} over the number of entries`, HEIGHT);
}

/** Each label, and how far it is moved so that it does not lie on the one below it. */
function apart(ends, most) {
  let free = 0;
  return ends
    .toSorted((a, b) => a.value - b.value)
    .map((end) => {
      const up = (end.value / most) * PLOT_HEIGHT;
      const place = Math.max(up, free);
      free = place + LABEL;
      return [end, up - place];
    });
}

/** The newest run of each size, of all suites that differ in size alone; by their name. */
function runsBySize(suites, runsOf) {
  const found = new Map();
  for (const suite of suites) {
    const name = suite.name.replace(SIZED, '');
    const known = found.get(name) ?? { suite, runs: new Map() };
    for (const run of runsOf(suite.name)) {
      const at = `${run.size}`;
      if (!known.runs.has(at)) known.runs.set(at, run);
    }
    found.set(name, known);
  }
  return found;
}

/** The page of all suites that have results; `runsOf` gives those of a suite, the newest first. */
export function chartPage(suites, runsOf) {
  const runOf = (name) => runsOf(name)[0];
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
      const caption = captionOf(metric);
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
  parts.push(...overSizes(suites, runsOf));
  return parts.join('\n');
}

function overSizes(suites, runsOf) {
  const parts = [];
  for (const { suite, runs } of runsBySize(suites, runsOf).values()) {
    const all = [...runs.values()].sort((a, b) => a.size - b.size);
    const charts = suite.metrics.flatMap((metric) => {
      const svg = chartOverSizes(metric, all);
      return svg === undefined
        ? []
        : [`<figure><figcaption>${captionOf(metric)}</figcaption>${svg}</figure>\n`];
    });
    if (charts.length === 0) continue;
    const title = suite.title.replace(/(:| of) [\d ]+( M)?( entries)?$/, '');
    parts.push(`### ${title}\n`, ...charts, `${all.at(-1).machine}.\n`);
  }
  if (parts.length === 0) return [];
  return ['## Over the number of entries\n', ...parts];
}

const captionOf = ({ title, unit }) => `${title}${unit === 'count' ? '' : `, ${unit}`}`;
