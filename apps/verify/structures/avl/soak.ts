// How real workers stress the tree: three of them, on few keys.

import type { OpCall, Soak } from '../../src/structure.ts';
import { LONG_A, LONG_B } from '../map/scenarios.ts';
import { gatherSnaps } from '../map/structure.ts';
import { newRun, type Run } from './operations.ts';
import { settings } from './scenarios.ts';

const NAME = 'random calls';
settings.set(NAME, { pages: 60, most: 4, warm: false });

const KEYS = ['a', 'b', 'c', LONG_A, LONG_B];

/** Of 64 calls: appends, builds, reads. The tags of operations are drawn, too, and come again. */
function call(below: (n: number) => number, worker: number): OpCall {
  const key = KEYS[below(KEYS.length)]!;
  const tag = `${worker}${below(1_000_000)}`;
  const snap = `${worker}${below(2)}`;
  const value = 1 + below(50);
  const draw = below(64);
  if (draw < 10) return ['set', worker, tag, key, value];
  if (draw < 14) return ['insert', worker, tag, key, value];
  if (draw < 19) return ['delete', worker, tag, key];
  if (draw < 22) return ['compare', worker, tag, key, value, 1 + below(50)];
  if (draw < 24) return ['compare', worker, tag, key, below(2) === 0 ? null : value, null];
  if (draw < 34) return ['build', tag, 1 + below(5)];
  if (draw < 36) return ['move', 1 + below(300)];
  if (draw < 37) return ['compact'];
  if (draw < 38) return ['sweep'];
  if (draw < 44) return ['get', key];
  if (draw < 48) return ['own', worker, key];
  if (draw < 51) return ['many', [key, 'b']];
  if (draw < 55) return ['scan', draw === 51];
  if (draw < 57) return ['rank', key];
  if (draw < 60) return ['snap', snap];
  if (draw < 62) return ['scanAt', snap];
  return ['drop', snap];
}

export const soak: Soak<Run> = {
  scenario: {
    name: NAME,
    threads: [[], [], []],
    observe: [
      ['build', 'e1', 5],
      ['build', 'e2', 5],
      ['build', 'e3', 5],
      ['scan', false],
      ...KEYS.map((key): OpCall => ['get', key]),
    ],
  },
  call,
  calls: 20,
  gather: (runs) => ({ ...newRun(), ...gatherSnaps(runs) }),
};
