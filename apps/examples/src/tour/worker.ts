// One worker of the tour. It writes its share of the rows into the list that all share, and checks
// what it reads on the way against its own copy of the source.

import { parentPort, workerData } from 'node:worker_threads';
import { Arena, type Range } from '@x/shm-arena';
import { SkipList } from '@x/skiplist';
import type { Reply, Seat } from './crew.ts';
import { codecs, type Place, type PlaceKey, Source, Wrong } from './data.ts';

const { handle, index, workers, records, finished }: Seat = workerData;
const source = new Source(records);
const ownRows = source.share(index, workers);
const list = SkipList.open<PlaceKey, Place>(Arena.attach(handle), 'places', codecs);

export type Tasks = typeof tasks;

const tasks = {
  /** Inserts its share, at revision 0. */
  load(): void {
    for (const row of ownRows) {
      if (!list.insert(source.key(row), source.place(row, 0))) {
        throw new Wrong(`row ${row} was there before it was inserted`);
      }
      acknowledge();
    }
  },

  /** Writes its share at revision `rev`. */
  write({ rev }: { rev: number }): void {
    for (const row of ownRows) {
      list.set(source.key(row), source.place(row, rev));
      acknowledge();
    }
  },

  /** Deletes every third row of its share and writes the others at revision `rev`. */
  thin({ rev }: { rev: number }): void {
    for (const row of ownRows) {
      if (row % 3 === 0) list.delete(source.key(row));
      else list.set(source.key(row), source.place(row, rev));
      acknowledge();
    }
  },

  /** Writes its share again and again, with rising revisions, until somebody ends it. */
  writeForEver({ rev }: { rev: number }): void {
    for (let round = 0; ; round++) tasks.write({ rev: rev + round });
  },

  /**
   * Writes its share at revision `rev` while the others do the same, and reads everybody's rows in
   * between: some by key, some countries, and in the end all of them.
   */
  writeAndRead({ rev, seed }: { rev: number; seed: number }): { reads: number; scanned: number } {
    const random = generator(seed + index);
    const countries = [...source.rowsByCountry().values()];
    let [writes, reads, scanned] = [0, 0, 0];
    for (const row of ownRows) {
      list.set(source.key(row), source.place(row, rev));
      acknowledge();
      writes++;
      if (writes % 8 === 0) reads += readSome(rev, random);
      if (writes % 512 === 0) scanned += scanCountry(countries[random(countries.length)], rev);
    }
    scanned += scan({}, source.sortedRows(), rev);
    return { reads, scanned };
  },
};

/** Tells everybody that one more call has returned. */
function acknowledge(): void {
  Atomics.add(finished, index, 1);
}

/** The oldest revision that `row` may be read at from now on, while all write `rev`. */
function oldest(row: number, rev: number): number {
  const written = Atomics.load(finished, row % workers) > Math.floor(row / workers);
  return written ? rev : rev - 1;
}

/** Reads 16 rows of anybody, together. */
function readSome(rev: number, random: (below: number) => number): number {
  const rows = Array.from({ length: 16 }, () => random(source.size));
  const old = rows.map((row) => oldest(row, rev));
  const places = list.getMany(rows.map((row) => source.key(row)));
  for (const [i, row] of rows.entries()) source.check(row, places[i], old[i], rev);
  return rows.length;
}

/** Scans a country: each of its rows must come once, in order, not older than acknowledged. */
function scanCountry(rows: number[], rev: number): number {
  const [country] = source.key(rows[0]);
  return scan({ prefix: [country] }, rows, rev);
}

function scan(range: Range<PlaceKey>, rows: number[], rev: number): number {
  const old = rows.map((row) => oldest(row, rev));
  const young = rows.map(() => rev);
  return source.checkAll(list.entries(range), rows, old, young);
}

/** Whole numbers below a bound, the same for the same seed (mulberry32). */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

// A task at a time; what it throws goes to the main thread.
parentPort?.on('message', ({ task, input }: { task: keyof Tasks; input: never }) => {
  let reply: Reply;
  try {
    reply = { result: tasks[task](input) };
  } catch (error) {
    reply = { error };
  }
  parentPort?.postMessage(reply);
});
parentPort?.postMessage('ready');
