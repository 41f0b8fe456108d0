// A worker of the playground: reads and writes at random until it is terminated.

import { Arena } from '@x/shm-arena';
import {
  ERRORS,
  GENERATION,
  keyOf,
  OPERATIONS,
  P50,
  P99,
  ROW,
  SLOT,
  STRUCTURES,
} from './structures.mjs';

/** Milliseconds of work between two looks at the event loop. */
const SLICE = 20;
/** One call in so many is timed. */
const TIMED = 16;
const SAMPLES = 1_000;

addEventListener('message', async ({ data }) => {
  const { arena: handle, map: of, type, row, words, mix } = data;
  const arena = Arena.attach(handle);
  await arena.ready; // From here on the page learns of this worker's end.
  const map = STRUCTURES[type].attach(arena, of);
  const own = words.subarray(row * ROW, (row + 1) * ROW);
  const { slot, generation } = arena.participant;
  Atomics.store(own, GENERATION, generation);
  Atomics.store(own, SLOT, slot + 1);
  const took = new Float64Array(SAMPLES);
  let timed = 0;

  const call = () => {
    const key = keyOf(Math.floor(Math.random() * mix[1]));
    if (Math.random() * 100 < mix[0]) map.get(key);
    else map.set(key, timed);
  };

  const slice = () => {
    const end = performance.now() + SLICE;
    let done = 0;
    try {
      while (performance.now() < end) {
        const start = performance.now();
        for (let i = 0; i < TIMED; i++) call();
        took[timed++ % SAMPLES] = (performance.now() - start) / TIMED;
        done += TIMED;
      }
    } catch {
      Atomics.add(own, ERRORS, 1); // A full arena, a full queue: the page shows how many.
    }
    Atomics.add(own, OPERATIONS, done);
    const sorted = took.slice(0, Math.min(timed, SAMPLES)).sort();
    const nanoseconds = (share) => Math.round(sorted[Math.floor(sorted.length * share)] * 1e6);
    if (sorted.length > 0) {
      Atomics.store(own, P50, nanoseconds(0.5));
      Atomics.store(own, P99, nanoseconds(0.99));
    }
    setTimeout(slice, 0);
  };
  slice();
});
