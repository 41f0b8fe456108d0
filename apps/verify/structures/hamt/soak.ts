// How real workers stress it: three of them, on few keys, several in each slot, some of one hash.

import type { OpCall, Soak } from '../../src/structure.ts';
import { LARGE } from '../map/calls.ts';
import { FAR } from '../map/kinds.ts';
import { gatherSnaps } from '../map/structure.ts';
import type { Run } from './memory.ts';
import { settings } from './scenarios.ts';

const NAME = 'random calls';
settings.set(NAME, { pages: 80 });

const KEYS = ['a', 'b', 'c', 'd', 'q', 'Q', '1', 'aa', 'i', 'j', 'a-key-longer-than-16'];

/** Of 64 calls: writes and reads of one key, then what touches several. */
function call(below: (n: number) => number, worker: number): OpCall {
  const key = KEYS[below(KEYS.length)]!;
  const tag = `${worker}${below(2)}`;
  const small = 1 + below(10_000);
  const value = [small, small, small, LARGE + small, FAR + small][below(5)]!;
  const draw = below(64);
  if (draw < 14) return ['set', key, value];
  if (draw < 20) return ['insert', key, value];
  if (draw < 32) return ['delete', key];
  if (draw < 34) return ['take', key];
  if (draw < 36) return ['swap', key, value];
  if (draw < 38) return ['goi', key, value];
  if (draw < 40) return ['replace', key, value];
  if (draw < 48) return ['get', key];
  if (draw < 52) return ['scan', tag, false, 9];
  if (draw < 55) return ['snap', tag];
  if (draw < 57) return ['scanAt', tag, false];
  if (draw < 59) return ['getAt', tag, key];
  if (draw < 62) return ['drop', tag];
  return draw < 63 ? ['quit'] : ['size'];
}

const tags = ['00', '01', '10', '11', '20', '21'];

export const soak: Soak<Run> = {
  scenario: {
    name: NAME,
    threads: [[], [], []],
    prepare: tags.map((tag): OpCall => ['mark', tag]),
    observe: KEYS.map((key): OpCall => ['get', key]),
    may: ['full', 'limit'],
  },
  call,
  calls: 30,
  gather: (runs) => ({ said: {}, forks: {}, places: {}, ...gatherSnaps(runs) }),
};
