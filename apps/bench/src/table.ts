// Writes the tables between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->` in the project's
// Markdown files, from the committed results. Nothing is measured here.

import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Run, readRuns } from './results.ts';
import { spread } from './stats.ts';
import { SUITES, suitesOf } from './suites/index.ts';
import type { Metric, Suite } from './types.ts';

const PAGES = ['README.md', 'docs/**/*.md', 'packages/*/README.md', 'apps/*/README.md'];
const BLOCK = /(<!-- bench:([\w-]+) -->\n)[\s\S]*?(<!-- \/bench:\2 -->)/g;

/** A Markdown page with every marked table replaced by the one that `render` gives, or by none. */
export function fill(page: string, render: (suite: string) => string | undefined): string {
  return page.replace(BLOCK, (_, open: string, suite: string, end: string) => {
    const table = render(suite);
    return table === undefined ? `${open}${end}` : `${open}${table}\n${end}`;
  });
}

/** Values and ratios of a suite's run, as Markdown. */
export function tableOf(suite: Suite, run: Run): string {
  const parts = [valueTable(suite, run), '', judgements(run), ''];
  parts.push(`${suite.about} ${count(run.size)} operations a round, ${origin(suite, run)}.`);
  return parts.filter((part, at) => part !== '' || parts[at - 1] !== '').join('\n');
}

/** What a subject has in a metric. */
function cellOf({ samples }: Run, subject: string, metric: string): string {
  const found = samples[subject]?.[metric];
  if (found === undefined) return '–';
  const { median, q1, q3 } = spread(found);
  const range = q1 === q3 ? '' : ` (${count(q1)}–${count(q3)})`;
  return `${count(median)}${range}`;
}

const headed = ({ title, unit }: Metric): string =>
  unit === 'count' ? title : `${title}, ${unit}`;

function columns(corner: string, names: readonly string[], rows: readonly string[]): string {
  return [row([corner, ...names]), row(['---', ...names.map(() => '---:')]), ...rows].join('\n');
}

const namesOf = ({ subjects }: Suite): string[] => subjects.map(({ name }) => name);

/** Of subjects that end in a number: a table for each metric, with a column for each number. */
function numberedTables(suite: Suite, run: Run): string {
  const ends = namesOf(suite).map((name) => name.split(/, (?=\d+$)/));
  const [subjects, numbers] = [0, 1].map((part) => [...new Set(ends.map((end) => end[part]!))]);
  const tables = suite.metrics.flatMap((metric) => {
    const rows = subjects!.flatMap((subject) => {
      const cells = numbers!.map((number) => cellOf(run, `${subject}, ${number}`, metric.name));
      return cells.every((cell) => cell === '–') ? [] : [row([subject, ...cells])];
    });
    return rows.length === 0 ? [] : [columns(`${headed(metric)}; ${suite.over}:`, numbers!, rows)];
  });
  return tables.join('\n\n');
}

function valueTable(suite: Suite, run: Run): string {
  if (suite.over !== undefined) return numberedTables(suite, run);
  const names = namesOf(suite);
  const rows = suite.metrics.map((metric) =>
    row([headed(metric), ...names.map((name) => cellOf(run, name, metric.name))]),
  );
  return columns('', names, rows);
}

/** A suite's runs of several sizes side by side: a table for each metric. */
export function tablesOf(suite: Suite, runs: readonly Run[]): string {
  const ordered = runs.toSorted((a, b) => a.size - b.size);
  const tables = suite.metrics.map((metric) => {
    const names = namesOf(suite).filter((name) =>
      ordered.some(({ samples }) => samples[name]?.[metric.name] !== undefined),
    );
    const rows = ordered.map((run) =>
      row([count(run.size), ...names.map((name) => cellOf(run, name, metric.name))]),
    );
    return `${columns(headed(metric), names, rows)}\n`;
  });
  const taken = ordered.map((run) => `- ${count(run.size)} entries: ${origin(suite, run)}.`);
  return [...tables, `${suite.about}\n`, ...taken].join('\n');
}

/** How the numbers of a run came about. */
function origin(suite: Suite, run: Run): string {
  const peers = suite.subjects
    .filter(({ name }) => run.versions[name] !== undefined)
    .map(({ name }) => `${name} ${run.versions[name]}`);
  const clock = run.clock === 'cpu' ? ', CPU time of the thread' : '';
  const from = [run.date.slice(0, 10), ...peers, run.machine].join('; ');
  return `median of ${run.rounds} rounds (quartiles)${clock}, ${from}`;
}

function judgements(run: Run): string {
  const aims = run.ratios.some(({ aim }) => aim !== undefined);
  const ratios = run.ratios.map((ratio) => judgement(ratio, '≥', '×', aims));
  const limits = run.limits.map((limit) => judgement(limit, '≤', '', aims));
  if (ratios.length + limits.length === 0) return '';
  const bars = aims ? ['bar', 'aim'] : ['bar'];
  const head = ['Pair by pair', 'median', 'quartiles', 'min–max', ...bars, ''];
  const align = ['---', ...head.slice(1, -1).map(() => '---:'), '---'];
  return [row(head), row(align), ...ratios, ...limits].join('\n');
}

function judgement(
  found: Run['ratios'][number],
  relation: '≥' | '≤',
  unit: '×' | '',
  aims: boolean,
): string {
  const { title, median, q1, q3, min, max, bar, met, aim } = found;
  const show = (value: number): string => (unit === '' ? count(value) : value.toFixed(2));
  return row([
    title,
    `${show(median)}${unit}`,
    `${show(q1)}–${show(q3)}`,
    `${show(min)}–${show(max)}`,
    bar === undefined ? '' : `${relation} ${bar}${unit}`,
    ...(aims ? [aim === undefined ? '' : `${relation} ${aim}${unit}`] : []),
    met === undefined ? '' : met ? 'met' : '**missed**',
  ]);
}

/** Three digits where the number is small, all of them where it is large. */
function count(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 100) {
    return Math.round(value).toLocaleString('en').replaceAll(',', ' ');
  }
  return value.toPrecision(Math.abs(value) >= 10 ? 3 : 2);
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** The newest results of what a name stands for; undefined when there are none. */
function render(name: string): string | undefined {
  const tables = suitesOf(name).flatMap((suite) => {
    const runs = readRuns(suite.name);
    if (runs.length === 0) return [];
    const table = suite.sizes === undefined ? tableOf(suite, runs[0]!) : tablesOf(suite, runs);
    return [suite.name === name ? table : `#### ${suite.title}\n\n${table}`];
  });
  return tables.length === 0 ? undefined : tables.join('\n\n');
}

/** Rewrites the marked pages under the project's folder; returns those that changed. */
function writeTables(root: string): string[] {
  const changed: string[] = [];
  for (const page of globSync(PAGES, { cwd: root, exclude: (path) => path === 'node_modules' })) {
    const path = join(root, page);
    const before = readFileSync(path, 'utf8');
    const after = fill(before, render);
    if (after === before) continue;
    writeFileSync(path, after);
    changed.push(page);
  }
  return changed;
}

if (import.meta.main) {
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  for (const page of writeTables(root)) console.log(`${page}: tables written`);
  const without = SUITES.filter(({ name }) => readRuns(name).length === 0);
  for (const { name } of without) console.log(`${name}: no results, hence no table`);
}
