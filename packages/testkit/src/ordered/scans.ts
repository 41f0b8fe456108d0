// Ranges, both ways, over views of the same entries.

import type { OrderedReadable } from '@x/shm-arena';
import { bytes, json, tuple, u32, utf8 } from '@x/shm-arena/codec';
import { same, throws, within } from '../assert.ts';
import { userKey } from '../random.ts';
import { sortedKeys, values } from '../samples.ts';
import type { OrderedTest, OrderedWorld } from '../world.ts';

/** How many entries each view has. */
const count = 3000;
export const entry = (n: number): [string, number] => [userKey(n), n * 2];

const all = Array.from({ length: count }, (_, n) => entry(n));
/** The same, in an order that is not theirs. */
const mixed = all.map((_, n) => entry((n * 7) % count));

/** Runs a test over each view that the subject has of all entries. */
export function eachView(
  world: OrderedWorld,
  test: (view: OrderedReadable<string, number>, name: string) => void,
): void {
  const map = world.filled<string, number>({ value: u32 }, mixed);
  const live = world.filled<string, number>({ value: u32 }, mixed.toReversed());
  const snapshot = map.snapshot();
  for (let n = 0; n < 500; n++) map.set(userKey(n), 1);
  world.settle(map);
  test(live, 'a map');
  test(snapshot, 'a snapshot');
  for (const [name, view] of world.subject.views(world.arena, mixed)) test(view, name);
}

const bounded = [
  [{ gte: 10, lt: 20 }, 10, 20],
  [{ gt: 10, lte: 20 }, 11, 21],
  [{ gte: 10, gt: 10, lte: 12 }, 11, 13],
  [{ gt: 5, gte: 10, lt: 30, lte: 12 }, 10, 13],
  [{ gte: 2990 }, 2990, count],
  [{ lt: 3 }, 0, 3],
  [{ gte: 20, lt: 10 }, 0, 0],
  [{ gt: 10, lt: 11 }, 0, 0],
  [{ gte: 10, lte: 10 }, 10, 11],
  [{ gte: 100, lt: 2500 }, 100, 2500],
] as const;

const orders = sortedKeys.map(
  ([key, keys]): OrderedTest => ({
    name: `keys of codec ${key.id} are in its order`,
    run(world) {
      const map = world.filled(
        { key, value: u32 },
        keys.map((each, n) => [each, n] as const).toReversed(),
      );
      same([...map.keys()], keys);
      same([...map.values()], [...keys.keys()]);
      same([...map.keys({ reverse: true })], keys.toReversed());
      for (const [n, each] of keys.entries()) {
        same(
          [map.floor(each), map.ceiling(each)],
          [
            [each, n],
            [each, n],
          ],
        );
        same(map.lower(each)?.[1], n === 0 ? undefined : n - 1);
        same(map.higher(each)?.[1], n === keys.length - 1 ? undefined : n + 1);
      }
    },
  }),
);

export const scans: readonly OrderedTest[] = [
  {
    name: 'every view gives the same entries, both ways, across portions',
    run(world) {
      eachView(world, (view, name) => {
        same([...view.entries()], all, name);
        same([...view.entries({ reverse: true })], all.toReversed(), name);
        same(
          [...view.keys()],
          all.map(([key]) => key),
          name,
        );
        same([...view.values({ reverse: true })], all.map(([, v]) => v).reverse(), name);
        same([...view], all, name);
        same(view.size, count, name);
        const seen: unknown[] = [];
        view.forEach((v, key) => void seen.push([key, v]));
        same(seen, all, name);
      });
    },
  },
  {
    name: 'ranges, both ways, with limits, and counted',
    run(world) {
      eachView(world, (view, name) => {
        for (const [bounds, from, to] of bounded) {
          const range = Object.fromEntries(Object.entries(bounds).map(([k, n]) => [k, userKey(n)]));
          const what = `${name}, ${JSON.stringify(bounds)}`;
          const expected = all.slice(from, to);
          same([...view.entries(range)], expected, what);
          same([...view.entries({ ...range, reverse: true })], expected.toReversed(), what);
          same([...view.entries({ ...range, limit: 4 })], expected.slice(0, 4), what);
          same(view.count(range), expected.length, what);
          same(view.count({ ...range, limit: 4 }), Math.min(4, expected.length), what);
        }
      });
    },
  },
  ...orders,
  {
    name: 'scan stops at false and counts what it visited',
    run(world) {
      eachView(world, (view, name) => {
        const seen: string[] = [];
        const visit = (key: string) => {
          seen.push(key);
          return key !== userKey(104);
        };
        const ignore = () => undefined;
        same(view.scan({ gte: userKey(100) }, visit), 5, name);
        same(seen, [100, 101, 102, 103, 104].map(userKey), name);
        same([view.scan({}, ignore), view.scan({ limit: 0 }, ignore)], [count, 0], name);
      });
    },
  },
  {
    name: 'neighbours',
    run(world) {
      eachView(world, (view, name) => {
        same([view.first(), view.last()], [entry(0), entry(count - 1)], name);
        same([view.floor(userKey(7)), view.ceiling(userKey(7))], [entry(7), entry(7)], name);
        same([view.lower(userKey(7)), view.higher(userKey(7))], [entry(6), entry(8)], name);
        same(view.floor('user:00000000007.5'), entry(7), name);
        same(view.higher('user:00000000007.5'), entry(8), name);
        same([view.lower(userKey(0)), view.higher(userKey(count - 1))], [undefined, undefined]);
        same([view.floor(''), view.ceiling('v')], [undefined, undefined], name);
      });
    },
  },
  {
    name: 'a prefix of text, of bytes and of a tuple',
    run(world) {
      const keys = ['a', 'ab', 'abc', 'b', 'ab\uffff', 'ab\u{10ffff}', 'ac'];
      const text = world.filled(
        { key: utf8, value: u32 },
        keys.map((key, n) => [key, n] as const),
      );
      same([...text.keys({ prefix: 'ab' })], ['ab', 'abc', 'ab\uffff', 'ab\u{10ffff}']);
      const down = text.keys({ prefix: 'ab', gt: 'abc', reverse: true });
      same([...down], ['ab\u{10ffff}', 'ab\uffff']);
      same(text.count({ prefix: '' }), 7);
      const raw = world.filled(
        { key: bytes, value: u32 },
        [[255], [255, 255], [255, 255, 1], [254, 255]].map((key, n) => [Uint8Array.from(key), n]),
      );
      same([...raw.values({ prefix: Uint8Array.of(255, 255) })], [1, 2]);
      same([...raw.values({ prefix: Uint8Array.of(254) })], [3]);
      const pairs = world.filled<readonly [string, number], number>(
        { key: tuple(utf8, u32), value: u32 },
        [
          [['a', 1], 1],
          [['a', 2], 2],
          [['ab', 1], 3],
          [['b', 0], 4],
        ],
      );
      same([...pairs.values({ prefix: ['a'] })], [1, 2]);
      same([...pairs.values({ prefix: [] })], [1, 2, 3, 4]);
      throws(() => world.make({ key: u32, value: u32 }).count({ prefix: 1 }), TypeError);
    },
  },
  {
    name: 'texts of every length and script, side by side',
    run(world) {
      const text = (n: number) => {
        const script = n % 7 === 3 ? 'é' : n % 11 === 5 ? '\u{1f600}' : '\u0001';
        return `${String(n).padStart(4, '0')}${script}${'x'.repeat((n * n) % 61)}`;
      };
      const long = (n: number) => (n % 50 === 0 ? 'long'.repeat(n) : text(n).repeat(n % 40));
      const pairs = Array.from({ length: 400 }, (_, n): [string, string] => [text(n), long(n)]);
      for (const value of [utf8, json]) {
        const map = world.filled<string, string>({ value: value as typeof utf8 }, pairs);
        same([...map], pairs);
        same([...map.entries({ reverse: true })], pairs.toReversed());
        same(
          [...map.keys()],
          pairs.map(([key]) => key),
        );
        const values = pairs.map(([, it]) => it);
        same([...map.values()], values);
        same(map.getMany([...map.keys(), 'none']), [...values, undefined]);
        const cursor = map.cursor();
        for (const pair of pairs) {
          same([cursor.next(), cursor.key, cursor.value, cursor.value], [true, ...pair, pair[1]]);
        }
      }
    },
  },
  {
    name: 'bad ranges are refused',
    run(world) {
      const map = world.make(values<number>());
      throws([() => map.entries({ limit: -1 }), () => map.entries({ limit: 1.5 })], RangeError);
      throws(() => map.entries({ limit: '1' as never }), TypeError);
      throws(() => map.keys({ gt: 5 as never }), TypeError);
      throws(() => map.values(5 as never), TypeError);
      throws(() => map.cursor({ limit: 3 }), RangeError);
      throws(() => map.scan({ lt: '\ud800' }, () => true), TypeError);
    },
  },
  {
    name: 'the loop body may write what it reads, and call any method',
    run(world) {
      const even = Array.from({ length: 500 }, (_, n): [string, number] => [userKey(2 * n), 2 * n]);
      const map = world.filled<string, number>({ value: u32 }, even);
      const seen: string[] = [];
      for (const [key, n] of map) {
        seen.push(key);
        map.set(key, n + 1);
        map.delete(userKey(n - 2));
        world.settle(map);
        map.get(userKey(n));
        within(
          map.scan({ gte: key, limit: 3 }, () => true),
          1,
        );
      }
      same(
        seen,
        even.map(([key]) => key),
      );
    },
  },
  {
    name: 'visitors may scan within scans, and getMany inside',
    run(world) {
      const map = world.filled<string, number>({ value: u32 }, all.slice(0, 100));
      let pairs = 0;
      map.scan({}, (a) => {
        map.scan({ gt: a }, (b) => {
          pairs++;
          if (pairs % 100 === 0) same(map.getMany([a, b]).includes(undefined), false);
        });
      });
      same(pairs, (100 * 99) / 2);
    },
  },
];
