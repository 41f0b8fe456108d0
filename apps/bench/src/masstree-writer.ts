// A thread that writes into a Masstree until it is killed.

import { workerData } from 'node:worker_threads';
import { Masstree } from '@x/masstree';
import { Arena } from '@x/shm-arena';
import { codecs } from './maps/ours.ts';
import { keysOf, shuffled } from './random.ts';
import { VALUES } from './values.ts';

const { arena, map, size, seed, words } = workerData;
const tree = Masstree.attach(Arena.attach(arena), map, codecs(VALUES.f64));
const keys = keysOf(shuffled(size, seed));
for (let i = 0; ; i++) {
  tree.set(keys[i % size]!, i);
  if (i === Math.min(size, 1000)) {
    Atomics.store(words, 0, 1);
    Atomics.notify(words, 0);
  }
}
