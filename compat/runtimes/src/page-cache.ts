// What a page imports to have a cache filled by its window and its workers at once.

import { Cache } from '@x/hamt/cache';
import { Arena } from '@x/shm-arena';
import { u32 } from '@x/shm-arena/codec';
import type { Asked } from './cache-worker.ts';

const WORKERS = 3;
const KEYS = 20;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What came of it: of each key one load, and one value, which all threads have. */
export interface Filled {
  readonly loads: number[];
  readonly sums: number[];
  /** What the window was given for a key whose load died with its worker. */
  readonly succeeded: number;
  readonly sound: boolean;
}

/** Without `Atomics.waitAsync`, if so told, the window has to look again and again. */
export async function run(waitAsync: boolean): Promise<Filled> {
  if (!waitAsync) Object.assign(Atomics, { waitAsync: undefined });
  const arena = Arena.create({ bytes: 2 ** 25 });
  const cache = Cache.create(arena, { name: 'cache', maxEntries: 1000, value: u32 });
  // 0: how many are there. 1: go. 2: a load without end has begun. From 3 on: loads of each key.
  const words = new Int32Array(new SharedArrayBuffer(4 * (KEYS + 3)));
  const asked: Asked = { arena: arena.handle, words, keys: KEYS };
  const workers = Array.from({ length: WORKERS }, () => {
    const worker = new Worker(new URL('./cache-worker.mjs', import.meta.url), { type: 'module' });
    arena.watch(worker);
    return worker;
  });
  const said = workers.map((worker) => {
    worker.postMessage(asked);
    return new Promise<number>((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
    });
  });
  while (Atomics.load(words, 0) < WORKERS) await pause(1);
  Atomics.store(words, 1, 1);
  Atomics.notify(words, 1);
  const own = Array.from({ length: KEYS }, (_, n) =>
    cache.fetch(`key ${n}`, async () => {
      Atomics.add(words, 3 + n, 1);
      await pause(20);
      return n;
    }),
  );
  const sum = (await Promise.all(own)).reduce((total, n) => total + n, 0);
  const sums = [sum, ...(await Promise.all(said))];
  // The first worker goes on to a load that never ends; it is terminated at it.
  workers[0]?.postMessage('stay');
  while (Atomics.load(words, 2) === 0) await pause(1);
  const waiting = cache.fetch('left', async () => 7);
  await pause(100);
  for (const worker of workers) worker.terminate();
  const succeeded = await waiting;
  const loads = [...words.subarray(3)];
  while (arena.stats().participants.some(({ slot, state }) => slot > 0 && state === 'alive')) {
    await pause(50);
  }
  arena.recover();
  const sound = arena.verify().ok && cache.verify().ok;
  arena.detach();
  return { loads, sums, succeeded, sound };
}
