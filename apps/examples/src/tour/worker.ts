// One worker of the tour. It writes its share of the rows into the list that all share, and checks
// what it reads on the way against its own copy of the source.

import { setImmediate as turn } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { AvlBatch } from '@x/avl-batch';
import { Hamt } from '@x/hamt';
import { Cache } from '@x/hamt/cache';
import { Masstree } from '@x/masstree';
import { Arena, type Range, ShmError } from '@x/shm-arena';
import { SkipList } from '@x/skiplist';
import { generator } from '../random.ts';
import {
  ABSENT,
  codecs,
  indexCodecs,
  type Latitude,
  type PlaceKey,
  Source,
  Wrong,
} from './data.ts';
import type { Reply, Seat } from './messages.ts';
import { Names, nameCodecs, revisionAfter, SHOWN } from './names.ts';
import { Regions, type Result, resultCodecs, revisionCodecs } from './regions.ts';

const { handle, index: workerIndex, workers, records, finished }: Seat = workerData;
const source = new Source(records);
const ownRows = source.share(workerIndex, workers);
const arena = Arena.attach(handle);
const list = SkipList.open(arena, 'places', codecs);

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
    const random = generator(seed + workerIndex);
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

  /**
   * Queues its share for the index by latitude, at each revision from `from` to `to`, and waits
   * until all of it is visible. Returns how often its queue was full.
   */
  async index({ from, to }: { from: number; to: number }): Promise<number> {
    using index = openIndex();
    let full = 0;
    for (let rev = from; rev <= to; rev++) {
      for (const row of ownRows) {
        while (!queued(index, row, rev)) full++;
        acknowledge();
      }
    }
    await index.flush();
    return full;
  },

  /**
   * Reads the index for as long as `writers` write it anew, `rounds` times, up to revision `to`:
   * its keys stay where they are. Returns how many answers were checked.
   */
  readIndex({ to: newest, rounds, writers, seed }: Reading): number {
    using index = openIndex();
    const random = generator(seed + workerIndex);
    const rows = source.rowsByLatitude();
    const calls = new Map(writers.map((each) => [each, rounds * shareOf(each)]));
    const left = () => writers.some((each) => Atomics.load(finished, each) < calls.get(each)!);
    let reads = 0;
    do {
      const at = random(rows.length);
      const found = index.at(at);
      checkIndexed(rows[at], found, newest);
      if (index.rank(source.latitude(rows[at])) !== at) throw new Wrong(`rank of ${rows[at]}`);
      const to = Math.min(at + 1000, rows.length);
      const band = { gte: source.latitude(rows[at]), lt: source.latitude(rows[to - 1]) };
      if (index.count(band) !== to - 1 - at) throw new Wrong(`count from ${rows[at]}`);
      reads += 3;
      if (reads % 300 !== 0) continue;
      let next = at;
      for (const entry of index.entries({ ...band, limit: 100 })) {
        checkIndexed(rows[next++], entry, newest);
        reads++;
      }
    } while (left());
    return reads;
  },

  /** Inserts the names of its share, at revision 0. */
  names(): void {
    using map = openNames();
    for (const row of ownRows) {
      if (!map.insert(allNames().keys[row], 0)) throw new Wrong(`row ${row} had a name`);
      acknowledge();
    }
  },

  /**
   * Completes what somebody has begun to type, until `writer` has gone through all rows `passes`
   * times; the writer itself searches between its writes. Returns how much was checked.
   */
  complete({ writer, passes, seed }: Passes): { searches: number; places: number } {
    using map = openNames();
    const random = generator(seed + workerIndex);
    const writes = passes * source.size;
    let [searches, places] = [0, 0];
    const search = () => {
      places += completeOne(map, writer, random);
      searches++;
    };
    if (workerIndex !== writer) {
      do search();
      while (Atomics.load(finished, writer) < writes);
      return { searches, places };
    }
    for (let write = 0; write < writes; write++) {
      writeName(map, write % source.size, 1 + Math.floor(write / source.size));
      acknowledge();
      if (write % 16 === 0) search();
    }
    return { searches, places };
  },

  /**
   * Fetches results of regions, until `writer` has gone through all regions `passes` times; the
   * writer itself fetches between its writes. Returns how many were checked.
   */
  async results({ writer, passes, seed }: Passes): Promise<number> {
    using revisions = Hamt.open<string, number>(arena, 'revisions', revisionCodecs);
    using cache = Cache.open<string, Result>(arena, 'results', resultCodecs);
    const regions = new Regions(source);
    const random = generator(seed + workerIndex);
    const size = regions.names.length;
    const writes = passes * size;
    let fetched = 0;
    const load = async (name: string) => {
      const rev = revisions.get(name);
      await turn(); // Whatever happens meanwhile, what is old is not kept.
      return regions.compute(name, rev ?? ABSENT);
    };
    const fetch = async () => {
      // Of three numbers the least: some regions are asked for more often than others.
      const name = regions.names[Math.min(random(size), random(size), random(size))];
      const before = Atomics.load(finished, writer);
      const result = await cache.fetch(name, load);
      regions.check(name, result, before, Atomics.load(finished, writer) + 1);
      fetched++;
    };
    if (workerIndex !== writer) {
      do await fetch();
      while (Atomics.load(finished, writer) < writes);
      return fetched;
    }
    for (let write = 0; write < writes; write++) {
      const name = regions.names[write % size];
      revisions.update(name, (rev = 0) => rev + 1);
      cache.invalidate(name);
      acknowledge();
      for (let i = 0; i < FETCHES; i++) await fetch();
    }
    return fetched;
  },
};

/** How many results the writer fetches between two writes. */
const FETCHES = 4;

interface Passes {
  writer: number;
  passes: number;
  seed: number;
}

interface Reading {
  to: number;
  rounds: number;
  writers: number[];
  seed: number;
}

function openIndex(): AvlBatch<Latitude, number> {
  return AvlBatch.open<Latitude, number>(arena, 'by latitude', indexCodecs);
}

function openNames(): Masstree<string, number> {
  return Masstree.open<string, number>(arena, 'names', nameCodecs);
}

let names: Names | undefined;

/** Read from the source when they are first needed. */
function allNames(): Names {
  names ??= new Names(source);
  return names;
}

function writeName(map: Masstree<string, number>, row: number, writes: number): void {
  const key = allNames().keys[row];
  const revision = revisionAfter(row, writes);
  if (revision !== ABSENT) map.set(key, revision);
  else if (!map.delete(key)) throw new Wrong(`${key} was gone before it was deleted`);
}

/** Searches for one to five letters that some place begins with; returns how many were found. */
function completeOne(
  map: Masstree<string, number>,
  writer: number,
  random: (below: number) => number,
): number {
  const prefix = allNames().prefix(random(source.size), 1 + random(5));
  /** How many writes of `row` are among the writer's first `calls`. */
  const writesOf = (row: number, calls: number) =>
    Math.max(0, Math.ceil((calls - row) / source.size));
  const before = Atomics.load(finished, writer);
  const found = [...map.entries({ prefix, limit: SHOWN })];
  const begun = Atomics.load(finished, writer) + 1;
  const least = (row: number) => writesOf(row, before);
  const most = (row: number) => writesOf(row, begun);
  return allNames().check(prefix, found, SHOWN, least, most);
}

/** Queues one row; false: the queue is full, and a moment has passed. */
function queued(index: AvlBatch<Latitude, number>, row: number, rev: number): boolean {
  try {
    index.set(source.latitude(row), rev);
    return true;
  } catch (error) {
    if (!(error instanceof ShmError) || error.code !== 'QUEUE_FULL') throw error;
    Atomics.wait(finished, workerIndex, Atomics.load(finished, workerIndex), 1);
    return false;
  }
}

/** How many rows belong to a worker. */
function shareOf(worker: number): number {
  return source.share(worker, workers).length;
}

/** Checks an entry of the index, which may have any revision up to the newest. */
function checkIndexed(row: number, entry: [Latitude, number] | undefined, newest: number): void {
  const right = entry !== undefined && entry[1] >= 1 && entry[1] <= newest;
  if (right && entry[0][0] === source.latitude(row)[0] && entry[0][1] === row) return;
  throw new Wrong(`expected row ${row} at revision 1 to ${newest}, found ${entry}`);
}

/** Tells everybody that one more call has returned. */
function acknowledge(): void {
  Atomics.add(finished, workerIndex, 1);
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

// A task at a time; what it throws goes to the main thread.
parentPort?.on('message', async ({ task, input }: { task: keyof Tasks; input: never }) => {
  let reply: Reply;
  try {
    reply = { result: await tasks[task](input) };
  } catch (error) {
    reply = { error };
  }
  parentPort?.postMessage(reply);
});
parentPort?.postMessage('ready');
