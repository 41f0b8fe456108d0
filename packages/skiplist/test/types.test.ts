// What the compiler says. `tsc` judges this file; nothing in it runs but the last test.

import type { Arena, Codec } from '@x/shm-arena';
import { date, f64, json, tuple, u32, utf8 } from '@x/shm-arena/codec';
import { expect, expectTypeOf, test } from 'vitest';
import * as api from '../src/index.ts';
import { SkipList, type SkipListHandle, type SkipListOptions } from '../src/index.ts';

interface Price {
  readonly cents: number;
}

declare const arena: Arena;
declare const handle: SkipListHandle;

export function theTypesAreThoseOfTheCodecs(): void {
  const prices = { value: json as Codec<Price> };
  expectTypeOf(SkipList.create(arena)).toEqualTypeOf<SkipList<string, unknown>>();
  expectTypeOf(SkipList.create(arena, {})).toEqualTypeOf<SkipList<string, unknown>>();
  expectTypeOf(SkipList.create(arena, { name: 'x' })).toEqualTypeOf<SkipList<string, unknown>>();
  expectTypeOf(SkipList.create(arena, { value: json })).toEqualTypeOf<SkipList<string, unknown>>();
  expectTypeOf(SkipList.create(arena, prices)).toEqualTypeOf<SkipList<string, Price>>();
  expectTypeOf(SkipList.create(arena, { key: u32, value: date })).toEqualTypeOf<
    SkipList<number, Date>
  >();
  expectTypeOf(SkipList.create(arena, { key: u32 })).toEqualTypeOf<SkipList<number, unknown>>();
  expectTypeOf(SkipList.create<string, number>(arena, { value: f64 })).toEqualTypeOf<
    SkipList<string, number>
  >();
  const key = tuple(utf8, u32);
  expectTypeOf(SkipList.open(arena, 'x', { key })).toEqualTypeOf<
    SkipList<readonly [string, number], unknown>
  >();
  expectTypeOf(SkipList.open(arena, 'x')).toEqualTypeOf<SkipList<string, unknown>>();
  expectTypeOf(SkipList.openOrCreate(arena, { name: 'x' })).toEqualTypeOf<
    SkipList<string, unknown>
  >();
  expectTypeOf(SkipList.openOrCreate(arena, { name: 'x', key: date, ...prices })).toEqualTypeOf<
    SkipList<Date, Price>
  >();
  expectTypeOf(SkipList.attach(arena, handle)).toEqualTypeOf<SkipList<string, unknown>>();
  expectTypeOf(SkipList.attach(arena, handle, prices)).toEqualTypeOf<SkipList<string, Price>>();
  expectTypeOf(SkipList.create(arena).get('a')).toEqualTypeOf<unknown>();
  expectTypeOf(json.decode).returns.toEqualTypeOf<unknown>();
}

export function aTypeWithoutItsCodecDoesNotCompile(): void {
  // @ts-expect-error no codecs
  SkipList.create<number, Date>(arena);
  // @ts-expect-error no codecs
  SkipList.create<number, Date>(arena, {});
  // @ts-expect-error no codec of values
  SkipList.create<number, Date>(arena, { key: u32 });
  // @ts-expect-error no codec of keys
  SkipList.create<number, Date>(arena, { value: date });
  // @ts-expect-error no codec of values
  SkipList.create<string, Price>(arena, { name: 'x' });
  // @ts-expect-error another codec
  SkipList.create<string, Price>(arena, { value: u32 });
  // @ts-expect-error keys of some strings only
  SkipList.create<'a' | 'b', number>(arena, { value: u32 });
  // @ts-expect-error no codec of values
  SkipList.open<string, number>(arena, 'x');
  // @ts-expect-error no codec of values
  SkipList.openOrCreate<string, number>(arena, { name: 'x' });
  // @ts-expect-error no name
  SkipList.openOrCreate(arena, { key: u32 });
  // @ts-expect-error no codec of values
  SkipList.attach<string, number>(arena, handle);
  // @ts-expect-error an unknown option
  SkipList.create(arena, { maxByte: 5 });
  // @ts-expect-error an unknown option beside a known one
  SkipList.create(arena, { value: u32, sizes: 5 });
  // @ts-expect-error what is unknown is not a number
  const value: number | undefined = SkipList.create(arena).get('a');
  void value;
  // @ts-expect-error an unknown member of a range
  SkipList.create(arena).keys({ start: 'b' });
}

export function optionsMayBeUndefinedAndHandedOn<K, V>(
  options: SkipListOptions<K, V> & { key: Codec<K>; value: Codec<V> },
): SkipList<K, V> {
  SkipList.create(arena, { name: undefined, key: undefined, value: undefined });
  return SkipList.create(arena, options);
}

export function instanceofTellsMapsFromOtherThings(thing: SkipList<string, Price> | number): void {
  if (thing instanceof SkipList) expectTypeOf(thing).toEqualTypeOf<SkipList<string, Price>>();
}

test('the class goes by the name that it is exported under', () => {
  expect(SkipList).toBe(api.SkipList);
  expect((SkipList as unknown as { name: string }).name).toBe('SkipList');
});
