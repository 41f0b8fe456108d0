// The jobs that test workers do, on the built packages.

import { parentPort, workerData } from 'node:worker_threads';
import { Arena } from '@x/shm-arena';
import { EpochDomain } from '../../dist/index.js';

const { args } = workerData;
const arena = Arena.attach(workerData.arena);
const domain = EpochDomain.attach(arena, workerData.domain);
const cell = domain.attachAtomic(workerData.cell);
const words = new Uint32Array(arena.memory.buffer);

const jobs = {
  /** Pushes `count` blocks with their number and its complement; pops as many; the sum popped. */
  stack({ count, from }) {
    let sum = 0;
    let empty = 0;
    for (let i = 0; i < count; i++) {
      const block = domain.alloc(12);
      words[block / 4 + 1] = from + i;
      words[block / 4 + 2] = ~(from + i);
      using(domain.pin(), (guard) => {
        for (;;) {
          const top = cell.load(guard);
          words[block / 4] = top;
          if (cell.compareExchange(top, block, guard) === top) break;
        }
      });
      const popped = pop();
      if (popped === undefined) empty++;
      else sum += popped;
    }
    return { sum, empty };
  },

  /** Replaces the value until told to stop; each block's two words must agree when read. */
  replace({ control, index }) {
    let rounds = 0;
    while (Atomics.load(control, 0) === 0) {
      const block = domain.alloc(8);
      words[block / 4] = rounds;
      words[block / 4 + 1] = ~rounds;
      using(domain.pin(), (guard) => {
        const old = cell.swap(block, guard);
        if (words[old / 4] !== ~words[old / 4 + 1] >>> 0) throw new Error('torn');
        domain.retire(old);
      });
      using(domain.pin(), (guard) => {
        const at = cell.load(guard) / 4;
        const value = words[at];
        if (words[at + 1] !== ~value >>> 0) throw new Error(`a freed block was read: ${value}`);
      });
      rounds++;
      Atomics.store(control, index, rounds);
    }
    return rounds;
  },

  /** Pins, says so, and stays until it is killed. */
  stall({ control }) {
    const guard = domain.pin();
    const at = cell.load(guard) / 4;
    const value = words[at];
    Atomics.store(control, 1, 1);
    Atomics.wait(control, 2, 0);
    return value === words[at];
  },
};

function using(guard, run) {
  try {
    return run(guard);
  } finally {
    guard.close();
  }
}

function pop() {
  const guard = domain.pin();
  for (;;) {
    const top = cell.load(guard);
    if (top === 0) {
      guard.close();
      return undefined;
    }
    const next = words[top / 4];
    if (cell.compareExchange(top, next, guard) !== top) continue;
    const value = words[top / 4 + 1];
    if (words[top / 4 + 2] !== ~value >>> 0) throw new Error('a freed block was popped');
    domain.retire(top);
    guard.close();
    return value;
  }
}

const result = jobs[workerData.job](args);
domain.close();
arena.detach();
parentPort.postMessage(result);
