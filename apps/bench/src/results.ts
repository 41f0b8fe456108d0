import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { machineLine, versions } from './machine.ts';
import type { SuiteResult } from './run.ts';
import type { Suite } from './types.ts';

/** One run of a suite, with all that is needed to judge or repeat it. */
export interface Run extends SuiteResult {
  /** UTC. */
  readonly date: string;
  readonly machine: string;
  readonly versions: Record<string, string>;
}

interface ResultFile {
  readonly suite: string;
  /** Newest first. */
  readonly runs: readonly Run[];
}

const FOLDER = new URL('../results/', import.meta.url);
const COMPARED = [
  '@x/avl-batch',
  '@x/hamt',
  '@x/masstree',
  '@x/shm-arena',
  '@x/skiplist',
  'immutable',
  'lmdb',
  'sharedmap',
  'sorted-btree',
];
/** Of one size. Older runs are dropped: git has them. */
const KEPT_RUNS = 5;
const DIGITS = 3;

/** Adds a run in front of its suite's file. */
export function saveRun(suite: Suite, result: SuiteResult): Run {
  const run: Run = {
    date: new Date().toISOString(),
    machine: machineLine(),
    versions: versions(COMPARED),
    ...result,
  };
  const runs = [run, ...kept(suite, readRuns(suite.name), run.size)];
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(fileOf(suite.name), `${stringify({ suite: suite.name, runs })}\n`);
  return run;
}

/** Those of the older runs that stay beside a new one of that size. */
export function kept(suite: Suite, older: readonly Run[], size: number): readonly Run[] {
  if (suite.sizes === undefined) return older.slice(0, KEPT_RUNS - 1);
  return older.filter((run) => run.size !== size);
}

/** All kept runs of a suite, newest first; none when it never ran. */
export function readRuns(suite: string): readonly Run[] {
  let text: string;
  try {
    text = readFileSync(fileOf(suite), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return (JSON.parse(text) as ResultFile).runs;
}

function fileOf(suite: string): URL {
  return new URL(`${suite}.json`, FOLDER);
}

/** Indented JSON, lists of numbers on one line, fractions cut to what a clock can tell. */
function stringify(value: ResultFile): string {
  const round = (_: string, part: unknown): unknown =>
    typeof part === 'number' && !Number.isInteger(part) ? Number(part.toFixed(DIGITS)) : part;
  return JSON.stringify(value, round, 2).replace(/\[[-\d.,\s]+\]/g, (list) =>
    list.replace(/\s+/g, ' ').replace('[ ', '[').replace(' ]', ']'),
  );
}
