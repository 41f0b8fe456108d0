// One thread: what each way to write returns, and what it leaves alone.

import { bytes, u32 } from '@x/shm-arena/codec';
import { same, throws, Unmet } from '../assert.ts';
import { userKey } from '../random.ts';
import { print, sample, values } from '../samples.ts';
import { content } from '../world.ts';
import { bytesOf } from './values.ts';
import type { WritableTest } from './world.ts';

const lengths = [0, 1, 7, 8, 9, 15, 16, 17, 24, 25, 40, 100_000, 350_000];

/** What comes after a value that must be this one. */
function followed<T>(found: unknown, expected: unknown, next: T): T {
  same(found, expected, 'what a function is given');
  return next;
}

const single: readonly WritableTest[] = [
  {
    name: 'swap and take return what was there',
    run(world) {
      const map = world.make(values<number>());
      same([map.swap('a', 1), map.swap('a', 2), map.get('a'), map.size], [undefined, 1, 2, 1]);
      same([map.take('a'), map.take('a'), map.has('a'), map.size], [2, undefined, false, 0]);
    },
  },
  {
    name: 'insert writes where nothing is, replace where something is',
    run(world) {
      const map = world.make(values<number>());
      same([map.replace('a', 1), map.has('a')], [false, false]);
      same([map.insert('a', 1), map.insert('a', 2), map.get('a')], [true, false, 1]);
      same([map.replace('a', 3), map.get('a'), map.size], [true, 3, 1]);
      same([map.delete('a'), map.replace('a', 4), map.size], [true, false, 0]);
    },
  },
  {
    name: 'compareAndDelete removes the expected value alone',
    run(world) {
      const map = world.make(values<unknown>());
      same(map.compareAndDelete('a', 1), false);
      map.set('a', { x: 1, y: 2 });
      same(
        [map.compareAndDelete('a', 1), map.compareAndDelete('a', { y: 2, x: 1 })],
        [false, false],
      );
      same([map.size, map.compareAndDelete('a', { x: 1, y: 2 }), map.size], [1, true, 0]);
      same(map.compareAndDelete('a', { x: 1, y: 2 }), false);
    },
  },
  {
    name: 'getOrInsert gives what is there, or stores; a function runs only where nothing is',
    run(world) {
      const map = world.make(values<number>());
      same([map.getOrInsert('a', 1), map.getOrInsert('a', 2), map.get('a')], [1, 1, 1]);
      const asked: string[] = [];
      const length = (key: string) => {
        asked.push(key);
        return key.length;
      };
      same([map.getOrInsertComputed('pear', length), map.get('pear')], [4, 4]);
      same([map.getOrInsertComputed('pear', length), map.getOrInsertComputed('a', length)], [4, 1]);
      same(asked, ['pear']);
    },
  },
  {
    name: 'update makes the next value of the last one, and undefined deletes',
    run(world) {
      const map = world.make(values<number>());
      const count = (n: number | undefined) => (n ?? 0) + 1;
      same([map.update('a', count), map.update('a', count), map.get('a')], [1, 2, 2]);
      same([map.update('a', () => undefined), map.has('a'), map.size], [undefined, false, 0]);
      same([map.update('a', () => undefined), map.size], [undefined, 0]);
    },
  },
  {
    name: 'update is retried where another write came between, and loses no step',
    run(world) {
      const map = world.make(values<number>());
      const seen: (number | undefined)[] = [];
      const between = [() => map.set('a', 10), () => map.set('a', 20), () => map.delete('a')];
      const next = map.update('a', (n) => {
        seen.push(n);
        between.shift()?.();
        return (n ?? 0) + 1;
      });
      same([seen, next, map.get('a')], [[undefined, 10, 20, undefined], 1, 1]);
      const again = [() => map.set('a', 2)];
      same(
        map.update('a', () => void again.shift()?.()),
        undefined,
      );
      same(map.has('a'), false);
    },
  },
  {
    name: 'functions may use the map, and what they throw leaves it as it was',
    run(world) {
      const map = world.filled(values<number>(), [['a', 1]]);
      const fails = () => {
        throw new Unmet('no');
      };
      throws([() => map.update('a', fails), () => map.getOrInsertComputed('b', fails)], /^no$/);
      same(content(map), [['a', 1]]);
      const other = (n: number | undefined) => map.set('other', n ?? 7).get('other');
      same(
        [map.update('a', other), map.getOrInsertComputed('b', () => other(2) as number)],
        [1, 2],
      );
      same(content(map), [
        ['a', 1],
        ['b', 2],
        ['other', 2],
      ]);
      // Another one was first: what the function made is thrown away.
      same(
        map.getOrInsertComputed('c', () => map.set('c', 5) && 6),
        5,
      );
    },
  },
  {
    name: 'values may run code of their own while they are encoded, in every call',
    run(world) {
      const map = world.make(values<unknown>());
      const one = { toJSON: () => map.set('a key that has no room in words', 1).size && 1 };
      same(
        [map.swap('a', one), map.replace('a', one), map.getOrInsert('b', one)],
        [undefined, true, one],
      );
      same([map.compareAndSet('a', one, one), map.compareAndSet('a', 1, one)], [true, true]);
      same(
        [map.update('a', () => one), map.compareAndDelete('a', one), map.has('a')],
        [one, true, false],
      );
      map.setMany([['a', one]]);
      same([map.insertMany([['c', one]]), map.size], [[true], 4]);
    },
  },
  {
    name: 'undefined is no value, whichever call it is given to; nothing is written',
    run(world) {
      const map = world.filled(values<unknown>(), [['a', 1]]);
      const none = undefined as never;
      const calls = [
        ...[
          () => map.swap('a', none),
          () => map.replace('a', none),
          () => map.getOrInsert('b', none),
        ],
        ...[() => map.compareAndSet('a', 1, none), () => map.compareAndSet('b', none, none)],
        ...[() => map.compareAndDelete('a', none), () => map.setMany([['a', none]])],
        ...[() => map.insertMany([['b', none]]), () => map.getOrInsertComputed('b', () => none)],
        ...[() => map.update('a', 1 as never), () => map.getOrInsertComputed('a', none)],
      ];
      throws(calls, 'INVALID_TYPE');
      same(content(map), [['a', 1]]);
    },
  },
  {
    name: 'KEY_TOO_LARGE from every write',
    run(world) {
      const map = world.make<Uint8Array, number>({ key: bytes, value: u32 });
      const key = new Uint8Array(2 ** 20);
      const calls = [
        ...[() => map.swap(key, 1), () => map.replace(key, 1), () => map.take(key)],
        ...[() => map.compareAndDelete(key, 1), () => map.getOrInsert(key, 1)],
        ...[() => map.getOrInsertComputed(key, () => 1), () => map.update(key, () => 1)],
        ...[() => map.setMany([[key, 1]]), () => map.insertMany([[key, 1]])],
        () => map.deleteMany([key]),
      ];
      throws(calls, 'KEY_TOO_LARGE');
      same(map.size, 0);
    },
  },
  {
    name: 'clear removes what is there, not from snapshots, and the map goes on',
    run(world) {
      const entries = Array.from({ length: 3000 }, (_, n): [string, number] => [userKey(n), n]);
      const map = world.filled<string, number>({ value: u32 }, entries);
      const before = map.snapshot();
      map.clear();
      same([map.size, content(map), before.size], [0, [], 3000]);
      map.clear();
      same(content(before), entries);
      before.close();
      map.setMany(entries);
      same([content(map), map.verify().problems], [entries, []]);
    },
  },
];

const sizes: readonly WritableTest[] = [
  {
    name: 'a value of any length takes the place of one of any other',
    run(world) {
      const map = world.make<string, Uint8Array>({ value: bytes });
      const olds = lengths.map((length) => bytesOf(length, 1));
      const others = lengths.map((length) => bytesOf(length, 2));
      for (const key of ['', '1234567', '12345678', '123456789', 'x'.repeat(17)]) {
        for (const old of olds) {
          for (const next of others) {
            const [from, to] = [old.length, next.length];
            map.set(key, old);
            same(map.swap(key, next), old, `swap of ${from} bytes for ${to}`);
            same(map.compareAndSet(key, old, old), from + to === 0, `${from}, ${to}`);
            same(map.compareAndSet(key, next, old), true, `${from}, ${to}`);
            same(
              map.update(key, (found) => followed(found, old, next)),
              next,
              'update',
            );
            same(map.getOrInsert(key, old), next, 'getOrInsert');
            same(map.replace(key, old), true);
            same(map.compareAndDelete(key, old), true);
            same([map.getOrInsert(key, next), map.take(key), map.has(key)], [next, next, false]);
          }
        }
      }
      same([map.size, map.verify().problems], [0, []]);
    },
  },
  {
    name: 'values that scratch has no room for come back from every write',
    run(world) {
      const map = world.make<string, Uint8Array>({ value: bytes });
      const [first, second] = [sample(0), sample(2)].map(print);
      same(map.swap('a', sample(0)), undefined);
      for (let i = 0; i < 600; i++) map.has('a'); // The larger scratch is given back.
      same([print(map.swap('a', sample(2))), print(map.get('a'))], [first, second]);
      same(print(map.getOrInsert('a', sample(1))), second);
      same(print(map.update('a', (old) => followed(print(old), second, sample(0)))), first);
      same([map.compareAndSet('a', sample(2), sample(1)), print(map.get('a'))], [false, first]);
      same([map.compareAndSet('a', sample(0), sample(2)), print(map.take('a'))], [true, second]);
      same([map.size, map.verify().problems], [0, []]);
      same(world.arena.stats().pinned, { oldest: undefined, bytes: 0 });
    },
  },
];

export const writes: readonly WritableTest[] = [...single, ...sizes];
