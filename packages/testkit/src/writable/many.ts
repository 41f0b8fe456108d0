// Calls about many entries: each is a step of its own, and an error says how many came before.

import type { Codec, ShmError } from '@x/shm-arena';
import { bytes, u32, utf8 } from '@x/shm-arena/codec';
import { same, thrownBy, throws } from '../assert.ts';
import { shuffled, userKey } from '../random.ts';
import { content } from '../world.ts';
import type { TestedWritableMap, WritableTest } from './world.ts';

const odd = [3, null, undefined, true, 'text', Symbol('odd'), () => 1, {}];

type Map = TestedWritableMap<string, Uint8Array>;
type Entries = [string, Uint8Array][];

/** Calls that have no room for all that they are given. */
const FILLING: Readonly<Record<string, (map: Map, entries: Entries) => unknown>> = {
  setMany: (map, entries) => map.setMany(entries),
  insertMany: (map, entries) => map.insertMany(entries),
};

/** What a call throws. */
const errorOf = (call: () => unknown) => thrownBy(call) as ShmError;

/** How many of `keys` a full arena had memory to remove. */
function removed(map: Map, keys: readonly string[]): number {
  let count = 0;
  try {
    count = map.deleteMany(keys);
  } catch (error) {
    const { code, landed } = error as ShmError;
    same(code, 'ARENA_FULL');
    count = landed ?? 0;
  }
  return count;
}

export const many: readonly WritableTest[] = [
  {
    name: 'setMany, insertMany and deleteMany take any iterable, in its order',
    run(world) {
      const map = world.make<string, number>({ value: u32 });
      const entries = Array.from({ length: 3000 }, (_, n): [string, number] => [userKey(n), n]);
      map.setMany(entries);
      same(content(map), entries);
      map.setMany(new Map([[userKey(0), 7]]));
      map.setMany([]);
      same(map.insertMany(entries.slice(0, 2)), [false, false]);
      same(
        map.insertMany([
          ['a', 1],
          ['a', 2],
          ['b', 3],
        ]),
        [true, false, true],
      );
      same([map.get('a'), map.get(userKey(0)), map.insertMany([])], [1, 7, []]);
      same([map.deleteMany(new Set(['a', 'x', 'b'])), map.deleteMany([])], [2, 0]);
      const keys = function* () {
        for (const [key] of entries) yield key;
      };
      same([map.deleteMany(keys()), map.size], [3000, 0]);
    },
  },
  {
    name: 'what is no iterable of entries is told by a code, and by what was found',
    run(world) {
      const map = world.make<string, number>({ value: u32 });
      for (const wrong of odd as never[]) {
        throws([() => map.setMany(wrong), () => map.insertMany(wrong)], 'INVALID_TYPE');
        throws(() => map.setMany(wrong), /^`entries`: expected an iterable, found /);
        throws(() => map.deleteMany(wrong), /^`keys`: expected an iterable, found /);
        const says = /^`entries`: expected pairs of key and value, found .* at 0$/;
        throws([() => map.setMany([wrong]), () => map.insertMany([wrong])], says);
      }
      same(map.size, 0);
    },
  },
  {
    name: 'an error says how many landed before it',
    run(world) {
      const map = world.make<string, number>({ value: u32 });
      const entries: [string, number][] = [
        ['a', 1],
        ['b', 2],
        ['c', -1],
        ['d', 4],
      ];
      same(errorOf(() => map.setMany(entries)).landed, 2);
      same(map.deleteMany(['a']), 1);
      same(errorOf(() => map.insertMany(entries)).landed, 2);
      same(content(map), [
        ['a', 1],
        ['b', 2],
      ]);
      same(errorOf(() => map.deleteMany(['a', '\ud800', 'b'])).landed, 1);
      same(content(map), [['b', 2]]);
      map.close();
      const { code, landed } = errorOf(() => map.setMany(entries));
      same([code, landed], ['CLOSED', undefined]);
    },
  },
  {
    name: 'entries of all sizes at once, each in its turn: the last one of a key stays',
    run(world) {
      const map = world.make<string, string>({ value: utf8 });
      const model = new Map<string, string>();
      const entries = shuffled(6000, 5).map((n): [string, string] => {
        const key = `${'k'.repeat(n % 40)}${n % 1500}${n % 500 === 0 ? '-'.repeat(70_000) : ''}`;
        return [key, `${n}`.repeat(n % 70 === 0 ? 2000 : n % 5)];
      });
      for (const [key, value] of entries) model.set(key, value);
      map.setMany(entries);
      same([...map.entries()].sort(), [...model].sort());
      const first = new Set<string>();
      const said = entries.map(([key]) => !first.has(key) && !!first.add(key));
      same(map.deleteMany(entries.map(([key]) => key)), model.size);
      same([map.size, map.insertMany(entries)], [0, said]);
      same(map.verify().problems, []);
    },
  },
  {
    name: 'a value that uses the map while it is encoded is one of many as any other',
    run(world) {
      const map = world.make<string, unknown>({});
      const nosy = (n: number) => ({
        toJSON() {
          map.set(`seen ${n}`, n);
          return map.get(`key ${n - 1}`) ?? 'none';
        },
      });
      const entries = Array.from({ length: 20 }, (_, n): [string, unknown] => [
        `key ${n}`,
        n % 3 === 1 ? nosy(n) : n,
      ]);
      map.setMany(entries);
      same(
        Array.from({ length: 20 }, (_, n) => map.get(`key ${n}`)),
        Array.from({ length: 20 }, (_, n) => (n % 3 === 1 ? n - 1 : n)),
      );
      same(map.get('seen 19'), 19);
    },
  },
  {
    name: 'a codec may change what it is an entry of',
    run(world) {
      const entries: [string, string][] = [
        ['a', 'x'],
        ['b', 'y'],
      ];
      const meddler: Codec<string> = {
        ...{ id: 'meddler', version: 1 },
        encode(value, target, at) {
          entries.length = 1;
          target[at] = value.charCodeAt(0);
          return 1;
        },
        decode: (source, at) => String.fromCharCode(source[at] as number),
      };
      const map = world.make<string, string>({ value: meddler });
      map.setMany(entries);
      same(content(map), [
        ['a', 'x'],
        ['b', 'y'],
      ]);
    },
  },
  ...Object.entries(FILLING).map(
    ([name, fill]): WritableTest => ({
      name: `ARENA_FULL in the midst of ${name} says how many landed; the rest is not there`,
      run(world) {
        world.use({ bytes: 4 * 2 ** 20, participants: 4 });
        const map = world.make<string, Uint8Array>({ value: bytes });
        const value = new Uint8Array(1000);
        const entries = Array.from({ length: 8000 }, (_, n): [string, Uint8Array] => [
          userKey(n),
          value,
        ]);
        const { code, landed = 0 } = errorOf(() => fill(map, entries));
        same([code, landed > 1000 && landed < 8000], ['ARENA_FULL', true]);
        same(
          [map.size, map.has(userKey(landed - 1)), map.has(userKey(landed))],
          [landed, true, false],
        );
        const gone = entries.slice(0, 1000).map(([key]) => key);
        if (world.subject.removalsNeedMemory) {
          const count = removed(map, gone);
          same([map.size, map.verify().problems], [landed - count, []]);
          return;
        }
        // The way out: what is deleted makes room.
        same(map.deleteMany(gone), 1000);
        map.setMany(entries.slice(0, 500));
        same([map.size, map.verify().problems], [landed - 500, []]);
      },
    }),
  ),
];
