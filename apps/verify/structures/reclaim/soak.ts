// How real workers stress a domain: three of them at one register and one stack, in each scheme.

import {
  EPOCH,
  ERAS,
  INTERVAL,
  POINTERS,
} from '../../../../packages/shm-arena/build/numbers-gated/reclaim/home.ts';
import type { OpCall, Scenario, Soak } from '../../src/structure.ts';
import type { Run } from './operations.ts';
import { SCHEMES, settings } from './scenarios.ts';

function scenario(scheme: number): Scenario {
  const name = `${SCHEMES[scheme]}: random calls`;
  settings.set(name, { scheme, pages: 12 });
  return {
    name,
    threads: [[], [], []],
    prepare: [
      ['push', 1],
      ['push', 2],
    ],
    observe: [],
  };
}

/** Of 64 calls: reads and writes, the stack, then what moves blocks and homes about. */
function call(below: (n: number) => number): OpCall {
  const draw = below(64);
  const value = 1 + below(10_000);
  if (draw < 12) return ['write', value];
  if (draw < 20) return ['read'];
  if (draw < 25) return ['linger'];
  if (draw < 35) return ['push', value];
  if (draw < 47) return ['pop'];
  if (draw < 52) return ['collect'];
  if (draw < 56) return ['hold'];
  return draw < 60 ? ['move'] : ['idle'];
}

export const soak: Soak<Run> = {
  scenario: scenario(INTERVAL),
  more: [EPOCH, POINTERS, ERAS].map(scenario),
  call,
  calls: 40,
  // Each worker writes its own places only.
  gather: (runs) => ({
    safe: runs.map(({ safe }, id) => safe[id]!),
    open: runs.map(({ open }, id) => open[id]!),
    busy: runs.map(({ busy }, id) => busy[id]!),
    held: runs.map(({ held }, id) => held[id]!),
    leases: runs.map(({ leases }, id) => leases[id]!),
    overflow: Object.assign({}, ...runs.map(({ overflow }) => overflow)),
    filled: [],
    readers: 0,
    span: 0,
  }),
};
