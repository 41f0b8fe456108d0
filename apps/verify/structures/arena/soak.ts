// How real workers stress the arena: three of them, with blocks of their own and of the first,
// names, a shared cell, and rescues beside the host's.

import type { OpCall, Soak } from '../../src/structure.ts';
import { newRun, type Run } from './operations.ts';
import { options } from './scenarios.ts';

const NAME = 'random calls';
options.set(NAME, { pages: 24, shared: 'cell' });

const SIZES = [16, 64, 300, 512, 1024, 1500, 3000];
/** Blocks of the first worker that each of them frees, each once. */
const GIVEN = 6;

/** Of 64 calls. The name a is the cell's. */
function call(below: (n: number) => number, worker: number): OpCall {
  const draw = below(64);
  const tag = `${worker}.${below(6)}`;
  if (draw < 20) return ['alloc', tag, SIZES[below(SIZES.length)]!];
  if (draw < 32) return ['release', tag];
  if (draw < 38) return ['release', `given ${worker}.${below(GIVEN)}`];
  if (draw < 42) return ['trim'];
  if (draw < 46) return ['write', 1 + below(1000)];
  if (draw < 49) return ['read'];
  if (draw < 51) return ['hold'];
  if (draw < 53) return ['sweep'];
  if (draw < 56) return ['rescue'];
  if (draw < 59) return ['create', `${worker}b`, 'b'];
  return draw < 62 ? ['find', 'b'] : ['destroy', `${worker}b`];
}

const given = [0, 1, 2].flatMap((worker) =>
  Array.from({ length: GIVEN }, (_, n): OpCall => ['alloc', `given ${worker}.${n}`, 100]),
);

export const soak: Soak<Run> = {
  scenario: {
    name: NAME,
    threads: [[], [], []],
    prepare: given,
    observe: [['read'], ['find', 'b']],
  },
  call,
  calls: 40,
  // Each worker has changed its own entries only, and its copies of the others' are as they were.
  gather(runs) {
    const all = newRun();
    for (const part of Object.keys(all) as (keyof Run)[])
      Object.assign(all[part], ...runs.map((run) => run[part]));
    return all;
  },
};
