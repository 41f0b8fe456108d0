// What ordered maps read and refuse beside what all maps do; large entries; and the model.

import type { OrderedReadable } from '@x/shm-arena';
import { bytes, u32 } from '@x/shm-arena/codec';
import { same, throws } from '../assert.ts';
import { eachEnding, refusesReads } from '../map/ends.ts';
import { exhaust, samples } from '../map/large.ts';
import { explore, type Look, manyKeys } from '../map/property.ts';
import { ordersAs, readsAs, shown } from '../model.ts';
import { patterned, print, sample } from '../samples.ts';
import type { TestedOrderedMap } from '../subject.ts';
import type { OrderedTest } from '../world.ts';

const MIB = 2 ** 20;
const NOTHING = { gt: 'b', lt: 'a' };

type View = OrderedReadable<string, unknown>;

/** Every read that ordered views have beside those of all, also where there is nothing to read. */
const reads: readonly ((view: View) => unknown)[] = [
  (view) => view.first(),
  (view) => view.last(),
  (view) => view.floor('a'),
  (view) => view.ceiling('a'),
  (view) => view.lower('a'),
  (view) => view.higher('a'),
  ...[{}, NOTHING, { limit: 0 }].flatMap((range) => [
    (view: View) => [...view.entries(range)],
    (view: View) => [...view.keys(range)],
    (view: View) => [...view.values(range)],
    (view: View) => view.scan(range, () => true),
    (view: View) => view.count(range),
  ]),
  (view) => view.cursor().next(),
  (view) => view.cursor(NOTHING).next(),
  (view) => view.cursor().seekLast(),
];

export const orderedReads: readonly OrderedTest[] = [
  {
    name: 'every ordered read says so, however a view ends',
    run(world) {
      eachEnding(world, ({ begin, code }) => {
        const { view, end } = begin();
        end();
        refusesReads(world.subject, view as View, code, reads);
      });
    },
  },
  {
    name: 'KEY_TOO_LARGE for bounds and neighbours',
    run(world) {
      const map = world.make<Uint8Array, number>({ key: bytes, value: u32 });
      const key = new Uint8Array(2 ** 20);
      const calls = [
        ...[() => map.count({ gt: key }), () => map.floor(key), () => map.higher(key)],
        ...[() => map.keys({ prefix: key }), () => map.cursor().seek(key)],
      ];
      throws(calls, 'KEY_TOO_LARGE');
      throws(calls, RangeError);
    },
  },
  {
    name: 'bounds and neighbours of keys that move scratch',
    run(world) {
      for (const size of [60_000, 200_000, 900_000]) {
        const key = patterned(size, 253);
        const map = world.filled({ key: bytes, value: bytes }, [[key, patterned(size * 2, 241)]]);
        same(map.count({ gte: key, lte: key }), 1);
        same([map.floor(key)?.[1].length, map.last()?.[1].length], [size * 2, size * 2]);
      }
    },
  },
  {
    name: 'ordered reads of large values take no memory of the arena',
    run(world) {
      const arena = world.use({ bytes: 32 * MIB, participants: 4 });
      const count = 24;
      const map = world.filled({ key: u32, value: bytes }, samples(count));
      exhaust(world, map, 0);
      const { used, free } = arena.stats();
      const expected = Array.from({ length: count }, (_, n) => print(sample(n)));
      for (const view of [map, map.snapshot()]) {
        for (const [n, value] of expected.entries()) {
          same([print(view.floor(n)?.[1]), print(view.ceiling(n)?.[1])], [value, value]);
        }
        same(
          [view.first(), view.last()].map((found) => print(found?.[1])),
          [...[expected[0], expected.at(-1)]],
        );
        same([print(view.higher(0)?.[1]), print(view.lower(1)?.[1])], [expected[1], expected[0]]);
        same([...view.values()].map(print), expected);
        same([...view.values({ reverse: true })].map(print), expected.toReversed());
        const cursor = view.cursor();
        for (const value of expected) same([cursor.next(), print(cursor.value)], [true, value]);
        cursor.close();
        same(view.count(), count);
      }
      const after = arena.stats();
      same([after.used, after.free], [used, free]);
    },
  },
  {
    name: 'keys of 32 KiB: every read, with two of them as bounds',
    run(world) {
      world.use({ bytes: 8 * MIB, participants: 4 });
      const keys = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => name.padStart(32_768, 'k'));
      const map = world.filled(
        { value: bytes },
        keys.map((key, n) => [key, sample(n)] as const),
      );
      exhaust(world, map, 'x');
      const all = keys.map((_, n) => print(sample(n)));
      const [from, to] = [keys[1] as string, keys[4] as string];
      for (const view of [map, map.snapshot()]) {
        same(
          keys.map((key) => print(view.get(key))),
          all,
        );
        same(view.getMany(keys).map(print), all);
        for (const reverse of [false, true]) {
          const expected = reverse ? keys.slice(1, 5).reverse() : keys.slice(1, 5);
          same([...view.keys({ gte: from, lte: to, reverse })], expected);
          same([...view.entries({ gte: from, lte: to, reverse })].length, 4);
        }
        same(view.count({ gt: from, lt: to }), 2);
        same([view.floor(to)?.[0], view.higher(to)?.[0]], [to, keys[5]]);
      }
    },
  },
  {
    name: 'large keys, in their order',
    run(world) {
      const keys = Array.from({ length: 20 }, (_, n) => {
        return String.fromCharCode(97 + n).repeat(150_000 + n);
      });
      const map = world.filled(
        { value: u32 },
        keys.map((key, n) => [key, n] as const),
      );
      for (let i = 0; i < 600; i++) map.has('x');
      same(
        [map.first(), map.last()],
        [
          [keys[0], 0],
          [keys[19], 19],
        ],
      );
      same([...map.keys()], keys);
      same([...map.entries({ reverse: true })], keys.map((key, n) => [key, n]).reverse());
      same(map.count(), 20);
    },
  },
  {
    name: 'an ordered map does what its model does',
    run: (world) => {
      explore(world, ((view: OrderedReadable<string, number>, entries, range, at) => {
        readsAs(view, entries, at);
        ordersAs(view, entries, range, at);
      }) as Look<never>);
    },
  },
  {
    name: 'many keys of any shape keep their order',
    run(world) {
      manyKeys(world, (map, entries) => {
        const view = map as TestedOrderedMap<string, number>;
        same([...view.entries()], shown(entries));
        same([...view.entries({ reverse: true })], shown(entries, { reverse: true }));
      });
    },
  },
];
