// How real workers stress the list: three of them, on few keys, now and then the whole stack.

import type { OpCall, Soak } from '../../src/structure.ts';
import { gatherSnaps } from '../map/structure.ts';
import { KEYS } from './model.ts';
import type { Run } from './operations.ts';
import { settings } from './scenarios.ts';

const NAME = 'random calls';
settings.set(NAME, { pages: 30 });

/** Of 64 calls: writes and reads of one key, then what touches several. */
function call(below: (n: number) => number, worker: number): OpCall {
  const key = KEYS[below(KEYS.length)]!;
  const other = KEYS[below(KEYS.length)]!;
  const tag = `${worker}${below(2)}`;
  const value = 1 + below(10_000);
  const draw = below(64);
  if (draw < 16) return ['set', key, value];
  if (draw < 24) return ['insert', key, value];
  if (draw < 30) return ['delete', key];
  if (draw < 34) return ['goi', key, value];
  if (draw < 42) return ['get', key];
  if (draw < 47)
    return [
      'batch',
      [
        ['set', key, value],
        ['insert', other, value + 1],
        ['delete', KEYS[below(KEYS.length)]!],
      ],
    ];
  if (draw < 49) return ['many', tag, [key, other]];
  if (draw < 51) return ['scan', tag, draw === 49, 2];
  if (draw < 54) return ['snap', tag];
  if (draw < 56) return ['scanAt', tag, draw === 54];
  if (draw < 57) return ['getAt', tag, key];
  if (draw < 59) return ['drop', tag];
  if (draw < 61) return ['seal'];
  return draw < 62 ? ['lists'] : ['destroy', 1 + below(8)];
}

const tags = ['00', '01', '10', '11', '20', '21'];

export const soak: Soak<Run> = {
  scenario: {
    name: NAME,
    threads: [[], [], []],
    prepare: tags.map((tag): OpCall => ['mark', tag]),
    observe: [['lists'], ...KEYS.map((key): OpCall => ['get', key])],
  },
  call,
  calls: 30,
  gather: (runs) => ({ decided: new Map(), ...gatherSnaps(runs) }),
};
