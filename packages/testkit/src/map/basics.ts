// One thread: what each method of a map returns, and what it leaves alone.

import { f64, u32 } from '@x/shm-arena/codec';
import { same, throws } from '../assert.ts';
import { userKey } from '../random.ts';
import { values } from '../samples.ts';
import { content, type MapTest } from '../world.ts';

/** The numbers below `count`, `step` apart, by their keys. */
function* numbered(count: number, step = 1): Generator<[string, number]> {
  for (let n = 0; n < count; n += step) yield [userKey(n), n];
}

export const basics: readonly MapTest[] = [
  {
    name: 'a key has the value set last',
    run(world) {
      const map = world.make(values<number>());
      same([map.get('a'), map.has('a'), map.size, content(map)], [undefined, false, 0, []]);
      map.set('a', 1);
      world.settle(map);
      same([map.get('a'), map.has('a'), map.size], [1, true, 1]);
      world.fill(map, [
        ['a', 2],
        ['b', 3],
      ]);
      same([map.get('a'), map.has('b'), map.size], [2, true, 2]);
      same(content(map), [
        ['a', 2],
        ['b', 3],
      ]);
    },
  },
  {
    name: 'a deleted key is gone, and may come back',
    run(world) {
      const map = world.make(values<number>());
      same([world.did(map, map.delete('a')), map.size], [false, 0]);
      map.set('a', 1);
      same(world.did(map, map.delete('a')), true);
      same(world.did(map, map.delete('a')), false);
      same([map.get('a'), map.has('a'), map.size, content(map)], [undefined, false, 0, []]);
      same(world.did(map, map.insert('a', 2)), true);
      same(world.did(map, map.insert('a', 3)), false);
      same([map.get('a'), map.size], [2, 1]);
    },
  },
  {
    name: 'compareAndSet writes where the value is the expected one',
    run(world) {
      const map = world.make(values<number>());
      const tries: [key: string, expected: number | undefined, next: number, took: boolean][] = [
        ['a', 1, 2, false],
        ['a', undefined, 1, true],
        ['a', undefined, 2, false],
        ['a', 2, 3, false],
        ['a', 1, 4, true],
        ['b', undefined, 5, true],
      ];
      for (const [key, expected, next, took] of tries) {
        same(world.did(map, map.compareAndSet(key, expected, next)), took, `${expected}, ${next}`);
      }
      same(content(map), [
        ['a', 4],
        ['b', 5],
      ]);
    },
  },
  {
    name: 'getMany answers in the order of the keys, from any iterable, in any number',
    run(world) {
      const map = world.filled<string, number>({ value: u32 }, numbered(3000, 2));
      const keys = Array.from({ length: 3000 }, (_, n) => (n * 7) % 3000);
      const expected = keys.map((n) => (n % 2 ? undefined : n));
      same(map.getMany(keys.map(userKey)), expected);
      same(map.getMany(new Set(keys.map(userKey))), expected);
      same(map.getMany([]), []);
      same(map.getMany([userKey(0), userKey(0)]), [0, 0]);
    },
  },
  {
    name: 'every way to read gives every entry, each once, in one order',
    run(world) {
      const map = world.filled<string, number>({ value: u32 }, numbered(3000));
      const expected = [...numbered(3000)];
      for (const view of [map, map.snapshot()]) {
        same(content(view), expected);
        const entries = [...view.entries()];
        same([...view], entries);
        same(
          [...view.keys()],
          entries.map(([key]) => key),
        );
        same(
          [...view.values()],
          entries.map(([, value]) => value),
        );
        const seen: [string, number][] = [];
        view.forEach((value, key) => void seen.push([key, value]));
        same(seen, entries);
        same(view.size, expected.length);
      }
    },
  },
  {
    name: 'an exhausted iterator stays so',
    run(world) {
      const map = world.filled<string, number>({ value: u32 }, [['a', 1]]);
      const iterator = map.entries();
      same(iterator.next().value, ['a', 1]);
      same(iterator.next().done, true);
      world.fill(map, [['b', 2]]);
      same(iterator.next().done, true);
    },
  },
  {
    name: 'abandoned iterators leak nothing',
    run(world) {
      const map = world.filled<string, number>({ value: u32 }, numbered(3000));
      const before = world.arena.stats();
      for (let round = 0; round < 100; round++) {
        map.entries().next();
        for (const _ of map) break;
        const iterator = map.keys();
        iterator.next();
        iterator.return?.();
        same(iterator.next(), { done: true, value: undefined });
      }
      const { used, pinned } = world.arena.stats();
      same([used, pinned], [before.used, before.pinned]);
    },
  },
  {
    name: 'the loop body may write the map that it reads',
    run(world) {
      const map = world.filled<string, number>({ value: u32 }, numbered(500));
      const seen: string[] = [];
      for (const [key] of map) {
        seen.push(key);
        map.delete(key);
        world.settle(map);
        same(map.get(key), undefined);
      }
      same(
        seen.sort(),
        [...numbered(500)].map(([key]) => key),
      );
      same([map.size, content(map)], [0, []]);
    },
  },
  {
    name: 'minus zero is zero as a key, and itself as a value',
    run(world) {
      const map = world.filled<number, number>({ key: f64, value: f64 }, [
        [-0, 1],
        [1, -0],
      ]);
      same([map.get(0), map.get(1)], [1, -0]);
    },
  },
  {
    name: 'values may run code of their own while they are encoded',
    run(world) {
      const map = world.make<string, unknown>();
      const toJSON = () => {
        map.set('inner', 1);
        world.settle(map);
        return map.get('inner');
      };
      world.fill(map, [['a', { toJSON }]]);
      same(content(map), [
        ['a', 1],
        ['inner', 1],
      ]);
    },
  },
  {
    name: 'text in the place of keys is not read as its characters',
    run(world) {
      const map = world.filled<string, unknown>({}, [['a', 1]]);
      throws(() => map.getMany('abc'), 'INVALID_TYPE');
    },
  },
];
