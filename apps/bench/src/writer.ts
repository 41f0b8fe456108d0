// A thread that writes into a map until it is killed.

import { workerData } from 'node:worker_threads';
import { Arena } from '@x/shm-arena';
import { blockMapsOf } from './maps/index.ts';
import { ours } from './maps/ours.ts';
import { keysOf, shuffled } from './random.ts';
import { VALUES } from './values.ts';

const { suite, arena, map: handle, size, seed, words } = workerData;
const maps = await blockMapsOf(suite);
const map = ours(maps.attach(Arena.attach(arena), handle, VALUES.f64), VALUES.f64);
const keys = keysOf(shuffled(size, seed));
for (let i = 0; ; i++) {
  map.set(keys[i % size]!, i);
  if (i === Math.min(size, 1000)) {
    Atomics.store(words, 0, 1);
    Atomics.notify(words, 0);
  }
}
