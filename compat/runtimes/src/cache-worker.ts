// A worker of page-cache.ts: fetches every key when all are there, and one that it never loads.

import { Cache } from '@x/hamt/cache';
import { Arena, type ArenaHandle } from '@x/shm-arena';
import { u32 } from '@x/shm-arena/codec';

/** What the worker is told. */
export interface Asked {
  readonly arena: ArenaHandle;
  readonly words: Int32Array;
  readonly keys: number;
}

const heard = () =>
  new Promise<MessageEvent>((resolve) => addEventListener('message', resolve, { once: true }));

const { data } = await heard();
const { words, keys } = data as Asked;
const arena = Arena.attach(data.arena);
const cache = Cache.open(arena, 'cache', { value: u32 });
await arena.ready;
Atomics.add(words, 0, 1);
Atomics.wait(words, 1, 0);
const all = Array.from({ length: keys }, (_, n) =>
  cache.fetch(`key ${n}`, async () => {
    Atomics.add(words, 3 + n, 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    return n;
  }),
);
const values = await Promise.all(all);
const stay = heard();
postMessage(values.reduce((total, n) => total + n, 0));
await stay;
await cache.fetch('left', () => {
  Atomics.store(words, 2, 1);
  return new Promise<number>(() => {});
});
