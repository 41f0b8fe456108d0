// The jobs that test workers do, on the built packages.

import { parentPort, workerData } from 'node:worker_threads';
import { Arena } from '@x/shm-arena';
import { HazardDomain } from '../../dist/index.js';

const { args } = workerData;
const arena = Arena.attach(workerData.arena);
const domain = HazardDomain.attach(arena, workerData.domain);
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
      do words[block / 4] = domain.protect(cell, 0);
      while (!cell.compareExchange(words[block / 4], block));
      domain.release(0);
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
      domain.retire(cell.swap(block));
      const at = domain.protect(cell, 3) / 4;
      const value = words[at];
      if (words[at + 1] !== ~value >>> 0) throw new Error(`a freed block was read: ${value}`);
      if (rounds % 5 === 0) {
        const lease = domain.lease(cell);
        const leased = words[lease.root / 4];
        domain.collect();
        if (words[lease.root / 4 + 1] !== ~leased >>> 0)
          throw new Error('a leased block was freed');
        lease.close();
      }
      domain.release(3);
      rounds++;
      Atomics.store(control, index, rounds);
    }
    return rounds;
  },

  /** Protects, says so, and stays until it is killed. */
  stall({ control }) {
    const at = domain.protect(cell, 0) / 4;
    const value = words[at];
    Atomics.store(control, 1, 1);
    Atomics.wait(control, 2, 0);
    return value === words[at];
  },
};

function pop() {
  for (;;) {
    const top = domain.protect(cell, 0);
    if (top === 0) {
      domain.release(0);
      return undefined;
    }
    const next = words[top / 4];
    if (!cell.compareExchange(top, next)) continue;
    const value = words[top / 4 + 1];
    if (words[top / 4 + 2] !== ~value >>> 0) throw new Error('a freed block was popped');
    domain.release(0);
    domain.retire(top);
    return value;
  }
}

const result = jobs[workerData.job](args);
domain.close();
arena.detach();
parentPort.postMessage(result);
