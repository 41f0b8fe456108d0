// How many calls of its kernel a map needs for many entries: a share of them, at n as at 16 n. A
// call is told how many have room, by what those before took: which says too little where entries
// become longer all the time, and leaves nothing to spare where all are alike.

import { utf8 } from '@x/shm-arena/codec';
import { READER } from '@x/shm-arena/map';
import { same, within } from '../assert.ts';
import { userKey } from '../random.ts';
import type { MapTest, MapWorld } from '../world.ts';

const FEW = 500;
const MANY = 16 * FEW;
/** Entries that a call is good for on average, at least. */
const SHARE = 16;

type Entry = readonly [key: string, value: string];

const KINDS: Readonly<Record<string, (n: number) => Entry>> = {
  short: (n) => [n.toString(36), 'v'],
  equal: (n) => [userKey(n), 'value'],
  growing: (n) => [userKey(n) + 'k'.repeat((n * 100) / MANY), 'v'.repeat((n % 9) * (n % 5))],
};

/** Runs `work`; how many calls of `name` its map's kernel got. */
export function callsOf(map: object, name: string, work: () => void): number {
  const { core } = (map as Record<symbol, { core: { kernel: Record<string, unknown> } }>)[READER]!;
  const { kernel } = core;
  const call = kernel[name];
  if (typeof call !== 'function') return 0;
  let calls = 0;
  const counted = (...given: unknown[]): unknown => {
    calls++;
    return Reflect.apply(call, undefined, given);
  };
  core.kernel = Object.create(kernel, { [name]: { value: counted } });
  try {
    work();
  } finally {
    core.kernel = kernel;
  }
  return calls;
}

/** Calls for so many entries: of `getMany` for all of them, of `scan` for keys, values, entries. */
function measured(world: MapWorld, entry: (n: number) => Entry, count: number): number[] {
  const entries = Array.from({ length: count }, (_, n) => entry(n));
  const map = world.filled<string, string>({ value: utf8 }, entries);
  const keys = entries.map(([key]) => key);
  const values = entries.map(([, value]) => value);
  return [
    callsOf(map, 'getMany', () => same(map.getMany(keys), values)),
    callsOf(map, 'scan', () => same([...map.keys()].length, count)),
    callsOf(map, 'scan', () => same([...map.values()].length, count)),
    callsOf(map, 'scan', () => same([...map].length, count)),
  ];
}

export const calls = Object.entries(KINDS).map(
  ([kind, entry]): MapTest => ({
    name: `many ${kind} entries are few calls of the kernel`,
    run(world) {
      const few = measured(world, entry, FEW);
      for (const [i, calls] of measured(world, entry, MANY).entries()) {
        within(calls, 0, Math.min(MANY / SHARE, 16 * few[i]! + 16));
      }
    },
  }),
);
