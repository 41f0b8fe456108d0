// Values and keys that the scratch block has no room for: read in pieces, without memory.

import { bytes, u32 } from '@x/shm-arena/codec';
import { same } from '../assert.ts';
import { print, sample, takeAll } from '../samples.ts';
import type { TestedMap } from '../subject.ts';
import type { MapTest, MapWorld } from '../world.ts';

const MIB = 2 ** 20;

/** Has the thread's larger scratch block given back, and takes every byte that is left. */
export function exhaust<K>(world: MapWorld, map: TestedMap<K, unknown>, key: K): void {
  for (let i = 0; i < 600; i++) map.has(key);
  takeAll(world.arena);
}

/** Samples at the numbers below `count`. */
export const samples = (count: number) =>
  Array.from({ length: count }, (_, n): [number, Uint8Array] => [n, sample(n)]);

export const large: readonly MapTest[] = [
  {
    name: 'reads of large values take no memory of the arena',
    run(world) {
      const arena = world.use({ bytes: 32 * MIB, participants: 4 });
      const count = 24;
      const map = world.filled({ key: u32, value: bytes }, samples(count));
      exhaust(world, map, 0);
      const { used, free } = arena.stats();
      const expected = Array.from({ length: count }, (_, n) => print(sample(n)));
      const snapshot = map.snapshot();
      for (const view of [map, snapshot]) {
        for (const [n, value] of expected.entries()) {
          same([print(view.get(n)), view.has(n)], [value, true]);
          for (const found of world.lookups(view, n)) same(print(found as Uint8Array), value);
        }
        same(view.getMany([...expected.keys()]).map(print), expected);
        const found = new Map(view.entries());
        same(
          [...expected.keys()].map((n) => print(found.get(n))),
          expected,
        );
        same([...view.values()].map(print).sort(), [...expected].sort());
      }
      const { used: after, free: left } = arena.stats();
      same([after, left], [used, free]);
      snapshot.close();
      map.destroy();
      same(arena.stats().pinned, { oldest: undefined, bytes: 0 });
    },
  },
  {
    name: 'getMany takes as many long keys at once as scratch has room for',
    run(world) {
      world.use({ bytes: 8 * MIB, participants: 4 });
      const keys = Array.from({ length: 12 }, (_, n) => `${n}`.padEnd(500 + 6000 * n, '-'));
      const map = world.filled(
        { value: u32 },
        keys.map((key, n) => [key, n] as const),
      );
      exhaust(world, map, 'x');
      const numbers = [...keys.keys()];
      same(map.getMany([...keys, ...keys, 'none']), [...numbers, ...numbers, undefined]);
    },
  },
  {
    name: 'large keys: every read gives them',
    run(world) {
      const keys = Array.from({ length: 20 }, (_, n) => {
        return String.fromCharCode(97 + n).repeat(150_000 + n);
      });
      const map = world.filled<string, number>(
        { value: u32 },
        keys.map((key, n) => [key, n]),
      );
      for (let i = 0; i < 600; i++) map.has('x');
      same([...map.keys()].sort(), keys);
      same(
        [...map.entries()].sort(([, a], [, b]) => a - b),
        keys.map((key, n) => [key, n]),
      );
      same(map.getMany(keys), [...keys.keys()]);
      map.destroy();
    },
  },
];
