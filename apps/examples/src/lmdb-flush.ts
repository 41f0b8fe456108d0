// A memtable in front of lmdb: workers write to a list that all share, and what is sealed goes into
// lmdb in one transaction, in the order of its keys. Beside it the usual way: every worker has
// lmdb write, which collects the writes of a moment into transactions.
//
//   node src/lmdb-flush.ts [--writes N a worker]
//
// A write to the list is seen by all threads when its call returns, and is on the disk when its
// list was flushed: who needs it there first waits for that, or keeps a log.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  isMainThread,
  type MessagePort,
  parentPort,
  Worker,
  workerData,
} from 'node:worker_threads';
import { Arena, type ArenaHandle, type Codec } from '@x/shm-arena';
import { json, utf8 } from '@x/shm-arena/codec';
import { type FrozenSkipList, SkipList } from '@x/skiplist';
import { open, type RootDatabase } from 'lmdb';
import { atLeast } from './arguments.ts';
import { count, seconds } from './tour/report.ts';

type Event = { worker: number; at: number };
type Seat = { way: 'list' | 'lmdb'; index: number; writes: number; at: Places };
type Places = { handle: ArenaHandle; folder: string };

const WORKERS = 2;
/** A list is sealed when it has so many versions. */
const LIST_ENTRIES = 10_000;
const options = { name: 'events', key: utf8, value: json as Codec<Event> };

/** Each worker writes its keys in an order of its own; every tenth it deletes again. */
const keyOf = (worker: number, n: number) =>
  `${String((n * 7919) % 100_003).padStart(6, '0')}-${worker}`;
const isDeleted = (n: number) => n % 10 === 9;

if (isMainThread) await compareWays();
else if (workerData.way === 'list') await writeToList(parentPort!, workerData);
else await writeToLmdb(parentPort!, workerData);

async function compareWays(): Promise<void> {
  const { values } = parseArgs({ options: { writes: { type: 'string', default: '40000' } } });
  const writes = Math.min(atLeast(10, values.writes), 100_000);
  const folder = mkdtempSync(join(tmpdir(), 'shm-lmdb-'));
  try {
    const arena = Arena.create({ bytes: 2 ** 27 });
    const shared = await throughList(arena, writes, join(folder, 'shared'));
    const usual = await directly(arena, writes, join(folder, 'usual'));
    const all = count(WORKERS * writes);
    const { flushes, ms, returned } = shared;
    console.log(`${all} writes of ${WORKERS} workers, every tenth a removal`);
    console.log(
      `through a list: seen after ${seconds(returned)}, on the disk after ${seconds(ms)}`,
    );
    console.log(`  ${flushes} transactions, each a list in the order of its keys`);
    console.log(`each by lmdb: seen and on the disk after ${seconds(usual)}`);
    console.log('both have the same entries');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function throughList(arena: Arena, writes: number, folder: string) {
  const list = SkipList.create<string, Event>(arena, options);
  using db = closing(open<Event, string>({ path: folder }));
  const seat = { writes, at: { handle: arena.handle, folder } };
  const { start, ended } = await startWorkers(arena, { way: 'list', ...seat });
  let returned = 0;
  ended.then((at) => {
    returned = at - start;
  });
  let flushes = 0;
  const flushAll = () => {
    for (const frozen of list.frozen()) flushes += flush(frozen, db.root);
  };
  while (returned === 0) {
    if (list.stats().entries >= LIST_ENTRIES) list.seal();
    flushAll();
    await sleep(1);
  }
  list.seal();
  flushAll();
  await db.root.flushed;
  const ms = performance.now() - start;
  assert.equal(list.getEntry(keyOf(0, 0)), undefined); // It is below now.
  check(db.root, writes);
  list.destroy();
  return { ms, returned, flushes };
}

/** All of a list in one step: who reads lmdb sees none of it or all of it. */
function flush(frozen: FrozenSkipList<string, Event>, db: RootDatabase<Event, string>): number {
  db.transactionSync(() => {
    for (const { key, value, tombstone } of frozen.entries({ tombstones: true })) {
      if (tombstone) db.removeSync(key);
      else db.putSync(key, value as Event);
    }
  });
  frozen.destroy(); // Not before: a reader finds each entry in the list or in lmdb.
  return 1;
}

async function directly(arena: Arena, writes: number, folder: string): Promise<number> {
  using db = closing(open<Event, string>({ path: folder }));
  const seat = { writes, at: { handle: arena.handle, folder } };
  const { start, ended } = await startWorkers(arena, { way: 'lmdb', ...seat });
  const ms = (await ended) - start;
  check(db.root, writes);
  return ms;
}

/** Starts workers, and lets them begin when all are there; `ended`: when the last one was done. */
async function startWorkers(arena: Arena, seat: Omit<Seat, 'index'>) {
  const workers = Array.from({ length: WORKERS }, (_, index) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { ...seat, index } });
    arena.watch(worker);
    return worker;
  });
  const told = () => Promise.all(workers.map((worker) => once(worker, 'message')));
  await told();
  const start = performance.now();
  const ended = told().then(() => performance.now());
  for (const worker of workers) worker.postMessage('begin');
  return { start, ended };
}

/** A worker's part: it says that it is there, and that it is done. */
async function work(main: MessagePort, all: () => unknown): Promise<void> {
  main.postMessage('there');
  await once(main, 'message');
  await all();
  main.postMessage('done');
}

function writeToList(main: MessagePort, { index, writes, at }: Seat): Promise<void> {
  const list = SkipList.open<string, Event>(Arena.attach(at.handle), options.name, options);
  return work(main, () => {
    for (let n = 0; n < writes; n++) {
      list.set(keyOf(index, n), { worker: index, at: n });
      if (isDeleted(n)) list.delete(keyOf(index, n));
    }
  });
}

async function writeToLmdb(main: MessagePort, { index, writes, at }: Seat): Promise<void> {
  const db = open<Event, string>({ path: at.folder });
  await work(main, async () => {
    let last: Promise<unknown> = Promise.resolve();
    for (let n = 0; n < writes; n++) {
      last = db.put(keyOf(index, n), { worker: index, at: n });
      if (isDeleted(n)) last = db.remove(keyOf(index, n));
      if (n % 1000 === 999) await last;
    }
    await last;
    await db.flushed;
  });
  await db.close();
}

/** What lmdb has must be what the workers have written, computed anew. */
function check(db: RootDatabase<Event, string>, writes: number): void {
  const expected: [string, Event][] = [];
  for (let worker = 0; worker < WORKERS; worker++) {
    for (let at = 0; at < writes; at++) {
      if (!isDeleted(at)) expected.push([keyOf(worker, at), { worker, at }]);
    }
  }
  expected.sort(([a], [b]) => (a < b ? -1 : 1));
  const found = [...db.getRange()].map(({ key, value }) => [key, value]);
  assert.deepEqual(found, expected);
}

/** A database that is closed at the end of its block. */
function closing(root: RootDatabase<Event, string>) {
  return { root, [Symbol.dispose]: () => void root.close() };
}
