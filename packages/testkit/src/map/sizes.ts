// Keys and values of every size and of every codec.

import { bytes, json, u32 } from '@x/shm-arena/codec';
import { same } from '../assert.ts';
import { bytesBy, keyLengths, patterned, sortedKeys, valueLengths } from '../samples.ts';
import { content, type MapTest } from '../world.ts';

const keys = keyLengths.map(
  (length): MapTest => ({
    name: `a key of ${length} bytes`,
    run(world) {
      const map = world.make<Uint8Array, number>({ key: bytes, value: u32 });
      const key = bytesBy(length, (i) => (i % 251) + 1);
      const longer = Uint8Array.from([...key, 0]);
      world.fill(map, [
        [key, 1],
        [longer, 2],
      ]);
      for (const view of [map, map.snapshot()]) {
        same([view.get(key), view.get(longer), view.has(longer)], [1, 2, true]);
        same(view.getMany([longer, key]), [2, 1]);
        same([[...view.keys()].length, view.size], [2, 2]);
        same(
          [...view.keys()].some((each) => each.length === length),
          true,
        );
        for (const found of world.lookups(view, key)) same(found, 1);
      }
      same(world.did(map, map.compareAndSet(key, 1, 3)), true);
      same([map.get(key), map.get(longer)], [3, 2]);
      same(map.verify().problems, []);
    },
  }),
);

const sizes = valueLengths.map(
  (length): MapTest => ({
    name: `a value of ${length} bytes`,
    run(world) {
      const value = bytesBy(length, (i) => i * 7);
      const map = world.filled<string, Uint8Array>({ value: bytes }, [
        ['a', value],
        ['b', new Uint8Array(3)],
      ]);
      for (const view of [map, map.snapshot()]) {
        same(view.get('a'), value);
        same(view.getMany(['b', 'a']), [new Uint8Array(3), value]);
        same(content(view), [
          ['a', value],
          ['b', new Uint8Array(3)],
        ]);
        for (const found of world.lookups(view, 'a')) same(found, value);
      }
      const next = bytesBy(length + 1, (i) => value[i] ?? 1);
      same(world.did(map, map.compareAndSet('a', value, next)), true);
      same(map.get('a'), next);
    },
  }),
);

const codecs = sortedKeys.map(
  ([key, all]): MapTest => ({
    name: `keys of codec ${key.id}`,
    run(world) {
      const entries = all.map((each, n) => [each, { n }] as const);
      const map = world.filled({ key, value: json }, entries.toReversed());
      same(
        map.getMany(all),
        all.map((_, n) => ({ n })),
      );
      for (const [n, each] of all.entries()) {
        same([map.get(each), map.has(each)], [{ n }, true]);
        for (const found of world.lookups(map, each)) same(found, { n });
      }
      const found = [...map.entries()] as [unknown, { n: number }][];
      same(
        found.sort(([, a], [, b]) => a.n - b.n),
        entries,
      );
    },
  }),
);

export const sizesOf: readonly MapTest[] = [
  ...keys,
  ...sizes,
  ...codecs,
  ...[
    [60_000, 120_000],
    [120_000, 400_000],
    [200_000, 400_000],
    [900_000, 1_800_000],
  ].map(
    ([keyBytes, valueBytes]): MapTest => ({
      name: `a key of ${keyBytes} bytes and a value of ${valueBytes}, which both move scratch`,
      run(world) {
        const key = patterned(keyBytes as number, 253);
        const value = patterned(valueBytes as number, 241);
        const next = patterned((valueBytes as number) * 1.5, 239);
        const map = world.make<Uint8Array, Uint8Array>({ key: bytes, value: bytes });
        const shrink = () => {
          for (let n = 0; n < 600; n++) map.has(key.subarray(0, 1));
        };
        map.set(key, value);
        same(world.did(map, map.insert(key, next)), false);
        same(map.get(key), value);
        shrink();
        same(world.did(map, map.compareAndSet(key, value, next)), true);
        same(map.get(key), next);
        for (const found of world.lookups(map, key)) same(found, next);
        shrink();
        same(world.did(map, map.delete(key)), true);
        shrink();
        same(world.did(map, map.insert(key, value)), true);
        same(map.getMany([key]), [value]);
        same(map.verify().problems, []);
      },
    }),
  ),
];
