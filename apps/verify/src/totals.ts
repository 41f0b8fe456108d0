// results/totals.json: what the last full run and the last soak did, and the table in
// docs/TESTING.md that is made from it (node src/totals.ts).

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Cut, Totals } from './explore.ts';
import { ROOT } from './kernels.ts';

const FILE = resolve(ROOT, 'apps/verify/results/totals.json');
const DOCS = join(ROOT, 'docs/TESTING.md');
const OPEN = '<!-- totals: written by apps/verify/src/totals.ts -->';
const CLOSE = '<!-- /totals -->';

export interface Summary extends Totals {
  structure: string;
  jobs: number;
  /** Of them. */
  passed: number;
  failed: number;
  /** By their time. */
  cut: number;
  /** Stopped at the limits of their plans. */
  limited: number;
  mutants: {
    id: number;
    what: string;
    caught: string | null;
    cut: Cut;
    schedules: number;
    seconds: number;
  }[];
  worst: Record<string, { steps: number; alone: number }>;
  coverage: Record<
    string,
    { reached: number; branches: number; never: string[]; partly: string[] }
  >;
  /** Hours of one core. */
  hours: number;
  /** Node's version. */
  node: string;
}

interface Soak {
  structure: string;
  rounds: number;
  calls: number;
  terminated: number;
  minutes: number;
  workers: number;
}

interface File {
  full?: Summary[];
  soak?: Soak[];
}

function read(): File {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as File) : {};
}

function write(file: File): void {
  mkdirSync(resolve(FILE, '..'), { recursive: true });
  writeFileSync(FILE, `${JSON.stringify(file, null, 2)}\n`);
  writeTable(file);
}

/** Keeps the totals of a full run of these structures; those of others stay. */
export function writeTotals(structures: Summary[]): void {
  const file = read();
  const others = (file.full ?? []).filter(
    (s) => !structures.some((t) => t.structure === s.structure),
  );
  write({ ...file, full: [...others, ...structures] });
}

export function writeSoak(soak: Soak): void {
  const file = read();
  const others = (file.soak ?? []).filter((s) => s.structure !== soak.structure);
  write({ ...file, soak: [...others, soak] });
}

/** Puts the table between the two marks of docs/TESTING.md, if it is there. */
function writeTable(file: File): void {
  if (!existsSync(DOCS)) return;
  const text = readFileSync(DOCS, 'utf8');
  const from = text.indexOf(OPEN);
  const to = text.indexOf(CLOSE);
  if (from < 0 || to < from) return;
  writeFileSync(DOCS, `${text.slice(0, from + OPEN.length)}\n${table(file)}\n${text.slice(to)}`);
}

const count = (n: number): string => n.toLocaleString('en-US').replaceAll(',', ' ');

/** What runs of former commits have not counted. */
const since = (n: number | undefined): string => (n === undefined ? '–' : count(n));

function table(file: File): string {
  const { full, soak = [] } = file;
  const lines: string[] = [];
  if (full !== undefined) {
    lines.push(`| Last full run | ${full.map((s) => s.structure).join(' | ')} |`);
    lines.push(`|---|${full.map(() => '---:').join('|')}|`);
    const row = (name: string, cell: (s: Summary) => string): void => {
      lines.push(`| ${name} | ${full.map(cell).join(' | ')} |`);
    };
    row('schedules', (s) => count(s.schedules));
    row('atomic steps', (s) => count(s.steps));
    row('deaths', (s) => count(s.kills));
    row('deaths skipped, state seen before', (s) => count(s.equalStates));
    row('runs left behind a death, state seen before', (s) => since(s.left));
    row('end checks left out, end seen before', (s) => since(s.known));
    row('refused allocations', (s) => count(s.failedAllocations));
    row('distinct histories checked', (s) => count(s.histories));
    row('schedules run twice and found equal', (s) => count(s.repeated));
    row(
      'mutants caught',
      (s) => `${s.mutants.filter((m) => m.caught !== null).length} of ${s.mutants.length}`,
    );
    row('kernel branches reached', (s) =>
      Object.entries(s.coverage)
        .map(([kernel, c]) => `${kernel} ${c.reached} of ${c.branches}`)
        .join(', '),
    );
    row('core hours', (s) => s.hours.toFixed(2));
    row('jobs (a plan of a scenario), of these cut by a time limit', (s) => `${s.jobs}, ${s.cut}`);
    row('Node', (s) => s.node);
  }
  for (const s of soak) {
    lines.push(
      '',
      `Soak of ${s.structure} on ${s.workers} real workers: ${s.minutes.toFixed(1)} minutes, ` +
        `${count(s.rounds)} rounds, ${count(s.calls)} calls, ` +
        `${count(s.terminated)} workers terminated.`,
    );
  }
  return lines.join('\n');
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  writeTable(read());
