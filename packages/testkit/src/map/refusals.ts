// Every way in which all maps refuse a call, told apart by its code, and that nothing has changed.

import type { Codec } from '@x/shm-arena';
import { bytes, u32 } from '@x/shm-arena/codec';
import { same, throws, Unmet } from '../assert.ts';
import { values } from '../samples.ts';
import { content, type MapTest } from '../world.ts';

const odd = [3, null, true, 1n, Symbol('odd'), () => 1];

/** A codec whose `encode` throws. */
const broken: Codec<string> = {
  ...{ id: 'broken', version: 1 },
  encode() {
    throw new Unmet('no');
  },
  decode: () => '',
};

export const refusals: readonly MapTest[] = [
  {
    name: 'KEY_TOO_LARGE is a RangeError with its code',
    run(world) {
      const map = world.make<Uint8Array, number>({ key: bytes, value: u32 });
      const key = new Uint8Array(2 ** 20);
      const calls = [
        ...[() => map.set(key, 1), () => map.insert(key, 1), () => map.delete(key)],
        ...[() => map.compareAndSet(key, 1, 2), () => map.get(key), () => map.getMany([key])],
        () => map.has(key),
      ];
      throws(calls, RangeError);
      throws(calls, 'KEY_TOO_LARGE');
      world.fill(map, [[key.subarray(1), 1]]);
      same(map.get(key.subarray(1)), 1);
    },
  },
  {
    name: 'TypeErrors for what codecs do not take; nothing is written',
    run(world) {
      const map = world.make<string, number>({ value: u32 });
      const calls = [
        ...[() => map.set(5 as never, 1), () => map.set('a', 'x' as never)],
        ...[() => map.set('a', undefined as never), () => map.set('\ud800', 1)],
        ...[() => map.get(undefined as never), () => map.getMany([undefined as never])],
        ...[() => map.delete(undefined as never), () => map.insert('a', 'x' as never)],
        () => map.compareAndSet('a', 'x' as never, 1),
      ];
      throws(calls, TypeError);
      throws(() => map.set('a', -1), RangeError);
      const any = world.make(values<unknown>());
      throws([() => any.set('a', undefined), () => any.set('a', () => 1)], TypeError);
      throws([() => any.set('a', Number.NaN), () => any.set('a', new Map())], 'INVALID_TYPE');
      for (const each of [map, any]) {
        world.settle(each);
        same([each.size, content<unknown>(each)], [0, []]);
      }
    },
  },
  {
    name: 'a codec that throws leaves the map as it was',
    run(world) {
      const map = world.make<string, string>({ value: broken });
      throws([() => map.set('a', 'x'), () => map.compareAndSet('a', 'x', 'y')], /^no$/);
      same(world.did(map, map.delete('a')), false);
      same(map.size, 0);
    },
  },
  {
    name: 'keys that cannot be iterated over are told by a code, and by what was found',
    run(world) {
      const map = world.make<string, number>({ value: u32 });
      for (const wrong of [...odd, undefined, {}]) {
        throws(() => map.getMany(wrong as never), 'INVALID_TYPE');
        throws(() => map.getMany(wrong as never), /^`keys`: expected an iterable, found /);
      }
      throws(() => map.getMany(3 as never), /found 3/);
      same(map.getMany(new Set(['a'])), [undefined]);
    },
  },
  {
    name: 'options that are no object are told by a code, and by what was found',
    run(world) {
      const { arena, type } = world;
      const { handle } = world.make({ name: 'm' });
      for (const wrong of odd as never[]) {
        const calls = [
          () => type.create(arena, wrong),
          () => type.open(arena, 'm', wrong),
          () => type.openOrCreate(arena, wrong),
          () => type.attach(arena, handle, wrong),
        ];
        throws(calls, 'INVALID_TYPE');
        throws(calls, /^`options`: expected an object of .*, found /);
      }
      throws(() => type.create(arena, null as never), /found null/);
      throws(() => type.openOrCreate(arena, undefined as never), TypeError);
      same(arena.stats().structures.length, 1);
    },
  },
];
