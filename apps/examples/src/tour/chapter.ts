// What every chapter of the tour works on, and the checks that chapters share.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Arena, OrderedReadable } from '@x/shm-arena';
import type { SkipList } from '@x/skiplist';
import type { Crew } from './crew.ts';
import { ABSENT, type Place, type PlaceKey, type Source, Wrong } from './data.ts';
import type { Report } from './report.ts';

export interface Tour {
  readonly source: Source;
  readonly arena: Arena;
  readonly list: SkipList<PlaceKey, Place>;
  readonly crew: Crew;
  readonly report: Report;
  /** For files; removed when the tour ends, however it ends. */
  readonly folder: string;
  /** Bytes that the arena had in use before the list was made. */
  readonly emptyBytes: number;
  /** What the list must hold: the revision of each row. Chapters keep it up to date. */
  readonly expected: Int32Array;
}

/** `run` resolves to its line in the result table; it throws when a result is wrong. */
export type Chapter = [name: string, title: string, run: (tour: Tour) => Promise<string>];

/** The next revision to write: above everything that is in the list. */
export function nextRevision({ expected }: Tour): number {
  return expected.reduce((most, rev) => Math.max(most, rev), ABSENT) + 1;
}

/** Walks all of `map` and reads single keys of it; all must be as `tour.expected` says. */
export function checkMap(tour: Tour, map: OrderedReadable<PlaceKey, Place>): void {
  const { source, expected, report } = tour;
  const rows = source.sortedRows().filter((row) => expected[row] !== ABSENT);
  const revs = rows.map((row) => expected[row]);
  report.checked(source.checkAll(map.entries(), rows, revs));
  expectEqual('size', map.size, rows.length);
  for (let row = 0; row < source.size; row += 10) {
    source.check(row, map.get(source.key(row)), expected[row]);
    report.checked(1);
  }
}

/** Walks the whole arena: pages, blocks, regions, every node of the list. Nobody may write. */
export function checkArena({ report }: Tour, arena: Arena): void {
  const { ok, problems } = arena.verify();
  if (!ok) throw new Wrong(`verify found: ${problems.join('; ')}`);
  report.line('verify', 'no problem found');
}

export function expectEqual(what: string, found: number, expected: number): void {
  if (found !== expected) throw new Wrong(`${what}: expected ${expected}, found ${found}`);
}

/** Calls `step` again and again, until it returns false or `work` has ended. */
export async function during(work: Promise<unknown>, step: () => unknown): Promise<void> {
  let ended = false;
  const end = () => {
    ended = true;
  };
  work.then(end, end);
  while (!ended && step() !== false) await sleep(1);
}

/** How long `work` takes, in milliseconds. */
export async function timed(work: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work;
  return performance.now() - start;
}
