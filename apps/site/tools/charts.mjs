// Draws the committed results of the benchmarks: a page with a chart for each measured thing.
//
// The drawings are part of the page, so their colours follow its light and dark.

import * as Plot from '@observablehq/plot';
import { JSDOM } from 'jsdom';

const { document } = new JSDOM('').window;
const WIDTH = 640;
const ROW = 26;
const HEIGHT = 420;
const TOP = 20;
const BOTTOM = 40;
/** A line of text. */
const LABEL = 13;
/** How the names of suites end that differ in size alone. */
const SIZED = /-\d+[km]$/;
/** Metrics of which there are three, with what they are percentiles of. */
const PERCENTILE = /^(.*?) ?(p50|p99|p999)$/;
/** The subjects that are ours, by the names that the benchmarks give them. */
const OURS = ['masstree', 'hamt', 'skiplist', 'avl-batch', 'Cache', 'one map', 'two maps'];
/** What tells the lines of others apart. */
const DASHES = {
  lmdb: '7 4',
  sharedmap: '16 4',
  'Map by messages': '4 2',
  'sorted-btree': '2 4',
  immutable: '8 3 2 3 2 3',
  Map: '12 3 2 3',
  'lru-cache, parts': '4 2',
  'lru-cache, whole': '12 3 2 3',
};
/** Those of which each thread has its own. */
const OWN = ['sorted-btree', 'immutable', 'Map', 'lru-cache, parts', 'lru-cache, whole'];
const PAGE = 'var(--vp-c-bg)';
/** Beyond this ratio a scale multiplies. */
const WIDE = 8;

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

const count = (value) => Math.round(value).toLocaleString('en');
const shown = (value) => (value < 100 ? value.toFixed(1) : count(value));
const entries = (sizes) => `${sizes.map(count).join('; ')} entries`;

/** A time in the unit that suits it. */
function timed(value, unit) {
  const units = ['ns', 'µs', 'ms', 's'];
  let at = units.indexOf(unit);
  for (; value >= 1000 && at < units.length - 1; at++) value /= 1000;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[at]}`;
}

const isOurs = (subject) => OURS.some((own) => subject.startsWith(own));
const filled = ({ subject }) => (isOurs(subject) ? 'var(--vp-c-brand-2)' : 'var(--vp-c-default-1)');

/** One metric of a run: a bar for each subject, the best first, with what it stands for. */
export function chartOf({ name, title, unit }, samples) {
  const bars = Object.entries(samples)
    .filter(([, metrics]) => metrics[name] !== undefined)
    .map(([subject, metrics]) => ({
      subject,
      value: median(metrics[name]),
      low: Math.min(...metrics[name]),
      high: Math.max(...metrics[name]),
    }));
  if (bars.length < 2) return undefined;
  const height = 40 + ROW * bars.length;
  const svg = Plot.plot({
    document,
    width: WIDTH,
    height,
    marginLeft: 150,
    marginRight: 70,
    x: { label: unit === 'count' ? null : unit, zero: true, ticks: 4 },
    y: { label: null, domain: bars.toSorted((a, b) => a.value - b.value).map((b) => b.subject) },
    marks: [
      Plot.barX(bars, { x: 'value', y: 'subject', fill: filled, insetTop: 4, insetBottom: 4 }),
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
  return outlined(svg, title, height);
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

/** Round numbers within a range, for a scale that multiplies. */
function steps(least, most) {
  const found = [];
  for (let ten = 10 ** Math.floor(Math.log10(least)); ten <= most; ten *= 10) {
    found.push(...[1, 2, 5].map((n) => n * ten).filter((n) => n >= least && n <= most));
  }
  return found.length <= 8 ? found : found.filter((n) => Number.isInteger(Math.log10(n)));
}

/**
 * The percentiles of one thing: a row for each subject, the one with the lowest p50 first, with a
 * dot for p50, p99 and p99.9, on a scale that multiplies.
 */
export function chartOfPercentiles({ name, title, unit }, samples) {
  const before = name === '' ? '' : `${name} `;
  const rows = Object.entries(samples)
    .filter(([, metrics]) => metrics[`${before}p50`] !== undefined)
    .map(([subject, metrics]) => {
      const [p50, p99, p999] = ['p50', 'p99', 'p999'].map((n) => median(metrics[before + n]));
      return { subject, p50, p99, p999 };
    })
    .toSorted((a, b) => a.p50 - b.p50);
  if (rows.length < 2 || rows.some(({ p50 }) => p50 <= 0)) return undefined;
  const most = 1.2 * Math.max(...rows.map(({ p999 }) => p999));
  // Room for what stands before the first dot.
  const least = rows[0].p50 * (rows[0].p50 / most) ** 0.2;
  const row = 36;
  const height = 40 + row * rows.length;
  const label = (x, options) =>
    Plot.text(rows, {
      ...{ x, y: 'subject', text: (found) => timed(found[x], unit), fill: 'currentColor' },
      ...options,
    });
  const dot = (x) =>
    Plot.dot(rows, { x, y: 'subject', r: 4, fill: filled, stroke: 'currentColor' });
  const svg = Plot.plot({
    document,
    width: WIDTH,
    height,
    marginLeft: 150,
    marginRight: 60,
    x: { type: 'log', label: null, domain: [least, most] },
    y: { label: null, domain: rows.map(({ subject }) => subject) },
    marks: [
      Plot.axisX(steps(least, most), { text: (value) => timed(value, unit).replace('.0', '') }),
      Plot.ruleY(rows, { x1: 'p50', x2: 'p999', y: 'subject', stroke: filled, strokeWidth: 3 }),
      ...['p50', 'p99', 'p999'].map(dot),
      label('p50', { textAnchor: 'end', dx: -8 }),
      label('p99', { dy: -11 }),
      label('p999', { textAnchor: 'start', dx: 8 }),
    ],
  });
  return outlined(svg, title, height);
}

/**
 * One metric over the sizes of runs, or over what else is counted there: a line for each subject,
 * with its name at its end.
 */
export function chartOverSizes({ name, title }, runs, over = 'entries') {
  const points = runs.flatMap(({ size, samples }) =>
    Object.entries(samples)
      .filter(([, metrics]) => metrics[name] !== undefined)
      .map(([subject, metrics]) => ({ subject, size, value: median(metrics[name]) })),
  );
  const sizes = [...new Set(points.map(({ size }) => size))].sort((a, b) => a - b);
  if (sizes.length < 2) return undefined;
  const most = Math.max(...points.map(({ value }) => value));
  const least = Math.min(...points.map(({ value }) => value));
  const wide = least > 0 && most / least > WIDE;
  const y = wide ? { type: 'log', domain: [least / 1.2, most * 1.2] } : { domain: [0, most * 1.1] };
  /** Told one by one: Plot leaves out some of its own on such a scale. */
  const ticks = wide ? steps(...y.domain) : undefined;
  /** How high a value stands, from 0 to 1. */
  const share = wide
    ? (value) => Math.log(value / y.domain[0]) / Math.log(y.domain[1] / y.domain[0])
    : (value) => value / y.domain[1];
  const colour = ({ subject }) =>
    isOurs(subject)
      ? `var(--chart-${OURS.find((own) => subject.startsWith(own)).replace(' ', '-')})`
      : 'var(--vp-c-text-2)';
  const line = { x: 'size', y: 'value', stroke: colour };
  const subjects = [...new Set(points.map(({ subject }) => subject))];
  const ends = subjects.map((own) => points.findLast(({ subject }) => subject === own));
  const svg = Plot.plot({
    document,
    width: WIDTH,
    height: HEIGHT,
    marginLeft: 60,
    marginRight: 110,
    marginTop: TOP,
    marginBottom: BOTTOM,
    x: { label: over, type: 'log', ticks: sizes, tickFormat: count },
    y: { label: null, ...y },
    marks: [
      ...(wide
        ? [Plot.gridY(ticks), Plot.axisY(ticks, { text: count })]
        : [Plot.gridY({ ticks: 5 }), Plot.axisY({ ticks: 5 })]),
      ...subjects.map((own) =>
        Plot.lineY(
          points.filter(({ subject }) => subject === own),
          { ...line, z: null, stroke: colour({ subject: own }), strokeDasharray: DASHES[own] },
        ),
      ),
      Plot.dot(points, {
        ...{ ...line, r: 3 },
        fill: (point) => (OWN.includes(point.subject) ? PAGE : colour(point)),
      }),
      ...sizes.flatMap((size) =>
        apart(
          ends.filter((end) => end.size === size),
          share,
        ).map(([end, dy]) =>
          Plot.text([end], {
            ...{ x: 'size', y: 'value', text: 'subject', fill: colour },
            // Where lines of others go on, its name stands clear of them.
            ...{ textAnchor: 'start', dx: 8, dy, stroke: PAGE, strokeWidth: 5 },
          }),
        ),
      ),
    ],
  });
  return outlined(svg, `${title} over the number of ${over}`, HEIGHT);
}

/** Each label, and how far it is moved so that it does not lie on the one below it. */
function apart(ends, share) {
  let free = 0;
  return ends
    .toSorted((a, b) => a.value - b.value)
    .map((end) => {
      const up = share(end.value) * (HEIGHT - TOP - BOTTOM);
      const place = Math.max(up, free);
      free = place + LABEL;
      return [end, up - place];
    });
}

/**
 * The newest run of each size, of all suites that differ in size alone; by their name. Runs by
 * another clock than the newest are not set beside it.
 */
function runsBySize(suites, runsOf) {
  const found = new Map();
  for (const suite of suites) {
    const name = suite.name.replace(SIZED, '');
    const known = found.get(name) ?? { suite, runs: new Map() };
    for (const run of runsOf(suite.name)) {
      const [first = run] = known.runs.values();
      if (!known.runs.has(run.size) && first.clock === run.clock) known.runs.set(run.size, run);
    }
    found.set(name, known);
  }
  return found;
}

const figure = (caption, svg) => `<figure><figcaption>${caption}</figcaption>${svg}</figure>\n`;
const captionOf = ({ title, unit }) => `${title}${unit === 'count' ? '' : `, ${unit}`}`;

/** The charts of a run: three percentiles of one thing are one chart. */
function chartsOf(suite, { samples }) {
  const seen = new Set();
  return suite.metrics.flatMap((metric) => {
    const [, name] = PERCENTILE.exec(metric.name) ?? [];
    if (name === undefined) {
      const svg = chartOf(metric, samples);
      return svg === undefined ? [] : [figure(captionOf(metric), svg)];
    }
    if (seen.has(name)) return [];
    seen.add(name);
    const title = metric.title.replace(/,? ?p[\d.]+$/, '');
    const svg = chartOfPercentiles({ name, title, unit: metric.unit }, samples);
    const dots = `${title === '' ? '' : `${title}: `}p50, p99 and p99.9`;
    return svg === undefined ? [] : [figure(dots, svg)];
  });
}

const roundsOf = (rounds) => (rounds === 1 ? '1 round' : `${rounds} rounds`);

/** How and where runs were taken: a line for those that have it in common. */
function origins(runs) {
  const found = Map.groupBy(runs, ({ date, machine, rounds, clock }) =>
    [
      roundsOf(rounds),
      ...(clock === 'cpu' ? ['CPU time of the thread'] : []),
      ...[date.slice(0, 10), machine],
    ].join('; '),
  );
  return [...found].map(([from, of]) => `${entries(of.map(({ size }) => size))}: ${from}.\n`);
}

/** The page of all suites that have results; `runsOf` gives those of a suite, the newest first. */
export function chartPage(suites, runsOf) {
  const parts = [
    '# Benchmarks as pictures\n',
    'Each bar is the median of its rounds, the thin line its least and its most; ours are in',
    'colour. Shorter is better. Of times of single calls three dots are shown, medians of the',
    'rounds: half of all calls, 99 and 99.9 of a hundred took no longer. The hollow dots of a line',
    'are of what each thread has its own of. The same numbers as [in the tables](./apps/bench.md),',
    'which say how they were taken. What has not been run [stands at the end](#not-run-yet).\n',
    ...overSizes(suites, runsOf),
  ];
  for (const suite of suites) {
    const [run] = runsOf(suite.name);
    if (run === undefined || suite.sizes !== undefined) continue;
    const charts =
      suite.over === undefined ? chartsOf(suite, run) : chartsOver(suite, runsByEnding(run));
    if (charts.length === 0) continue;
    const clock = run.clock === 'cpu' ? ', CPU time of the thread' : '';
    parts.push(
      `## ${suite.title}\n`,
      `${suite.about}\n`,
      ...charts,
      `${count(run.size)} operations a round, ${roundsOf(run.rounds)}${clock};`,
      `${run.date.slice(0, 10)}; ${run.machine}.\n`,
    );
  }
  parts.push('## Not run yet\n', ...missing(suites, runsOf));
  return parts.join('\n');
}

/** The samples of a run whose subjects end in a number, as one run for each number. */
function runsByEnding({ samples }) {
  const runs = new Map();
  for (const [name, metrics] of Object.entries(samples)) {
    const [, subject, number] = /^(.*), (\d+)$/.exec(name);
    const size = Number(number);
    if (!runs.has(size)) runs.set(size, { size, samples: {} });
    runs.get(size).samples[subject] = metrics;
  }
  return [...runs.values()];
}

/** The charts of runs that differ in a number. */
function chartsOver({ metrics, over }, runs) {
  return metrics.flatMap((metric) => {
    const svg = chartOverSizes(metric, runs, over);
    return svg === undefined ? [] : [figure(captionOf(metric), svg)];
  });
}

function overSizes(suites, runsOf) {
  const parts = [];
  for (const { suite, runs } of runsBySize(suites, runsOf).values()) {
    const all = [...runs.values()].sort((a, b) => a.size - b.size);
    const charts = chartsOver(suite, all);
    if (charts.length === 0) continue;
    const title = suite.title.replace(/(:| of) [\d ]+( M)?( entries)?$/, '');
    parts.push(`### ${title}\n`, `${suite.about}\n`, ...charts, ...origins(all));
  }
  return parts.length === 0 ? [] : ['## Over the number of entries\n', ...parts];
}

/** What has no results, and how to get them. */
function missing(suites, runsOf) {
  const lines = suites.flatMap(({ name, title, sizes }) => {
    const runs = runsOf(name);
    if (sizes === undefined) return runs.length > 0 ? [] : [`- ${title}: \`pnpm bench ${name}\``];
    const left = sizes.filter((size) => runs.every((run) => run.size !== size));
    if (left.length === 0) return [];
    return [`- ${title}: ${entries(left)}: \`pnpm bench ${name} --size ${left.join(',')}\``];
  });
  return lines.length === 0 ? ['Nothing: every benchmark has results.\n'] : [...lines, ''];
}
