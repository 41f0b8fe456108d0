// How much private memory a thread needs for the data: measured in workers that do nothing else.
// This file is both sides: `measure` starts the workers, and each of them runs `weigh`.

import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { ArenaHandle } from '@x/shm-arena';
import { heapUsed } from '../heap.ts';

type What = 'map' | 'list';
type Held = { size: number; close?(): void };
type Order = { what: What; records: number; handle: ArenaHandle };

/** Bytes of heap that `workers` threads take together: for a Map each, or for a handle each. */
export async function measure(workers: number, order: Order): Promise<number> {
  const url = new URL(import.meta.url);
  const all = Array.from({ length: workers }, () => new Worker(url, { workerData: order }));
  const answers = await Promise.all(all.map((worker) => once(worker, 'message')));
  await Promise.all(all.map((worker) => worker.terminate()));
  return answers.reduce((sum, [bytes]) => sum + bytes, 0);
}

async function weigh({ what, records, handle }: Order): Promise<number> {
  const empty = await heapUsed();
  const held = what === 'map' ? await makeMap(records) : await openList(handle);
  const bytes = (await heapUsed()) - empty;
  if (held.size !== records) throw new Error(`${what}: ${held.size} records, not ${records}`);
  held.close?.();
  return bytes;
}

/** The same keys and values as the list has, in this thread's heap. */
async function makeMap(records: number): Promise<Held> {
  const { Source } = await import('./data.ts');
  const source = new Source(records);
  const rows = Array.from({ length: source.size }, (_, row) => row);
  return new Map(rows.map((row) => [source.key(row).join('|'), source.place(row, 0)]));
}

async function openList(handle: ArenaHandle): Promise<Held> {
  const { Arena } = await import('@x/shm-arena');
  const { SkipList } = await import('@x/skiplist');
  const { codecs } = await import('./data.ts');
  const arena = Arena.attach(handle);
  const list = SkipList.open(arena, 'places', codecs);
  return { size: list.size, close: () => arena.detach() };
}

if (!isMainThread && workerData?.what !== undefined) {
  parentPort?.postMessage(await weigh(workerData));
}
