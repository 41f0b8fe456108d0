// What the compiler says. `tsc` judges this file; nothing in it runs but the last test.

import type { Arena, Codec } from '@x/shm-arena';
import { date, f64, json, tuple, u32, utf8 } from '@x/shm-arena/codec';
import { expect, expectTypeOf, test } from 'vitest';
import * as api from '../src/index.ts';
import { Masstree, type MasstreeHandle, type MasstreeOptions } from '../src/index.ts';

interface Price {
  readonly cents: number;
}

declare const arena: Arena;
declare const handle: MasstreeHandle;

export function theTypesAreThoseOfTheCodecs(): void {
  const prices = { value: json as Codec<Price> };
  expectTypeOf(Masstree.create(arena)).toEqualTypeOf<Masstree<string, unknown>>();
  expectTypeOf(Masstree.create(arena, {})).toEqualTypeOf<Masstree<string, unknown>>();
  expectTypeOf(Masstree.create(arena, { name: 'x' })).toEqualTypeOf<Masstree<string, unknown>>();
  expectTypeOf(Masstree.create(arena, { value: json })).toEqualTypeOf<Masstree<string, unknown>>();
  expectTypeOf(Masstree.create(arena, prices)).toEqualTypeOf<Masstree<string, Price>>();
  expectTypeOf(Masstree.create(arena, { key: u32, value: date })).toEqualTypeOf<
    Masstree<number, Date>
  >();
  expectTypeOf(Masstree.create(arena, { key: u32 })).toEqualTypeOf<Masstree<number, unknown>>();
  expectTypeOf(Masstree.create<string, number>(arena, { value: f64 })).toEqualTypeOf<
    Masstree<string, number>
  >();
  const key = tuple(utf8, u32);
  expectTypeOf(Masstree.open(arena, 'x', { key })).toEqualTypeOf<
    Masstree<readonly [string, number], unknown>
  >();
  expectTypeOf(Masstree.open(arena, 'x')).toEqualTypeOf<Masstree<string, unknown>>();
  expectTypeOf(Masstree.openOrCreate(arena, { name: 'x' })).toEqualTypeOf<
    Masstree<string, unknown>
  >();
  expectTypeOf(Masstree.openOrCreate(arena, { name: 'x', key: date, ...prices })).toEqualTypeOf<
    Masstree<Date, Price>
  >();
  expectTypeOf(Masstree.attach(arena, handle)).toEqualTypeOf<Masstree<string, unknown>>();
  expectTypeOf(Masstree.attach(arena, handle, prices)).toEqualTypeOf<Masstree<string, Price>>();
  expectTypeOf(Masstree.create(arena).get('a')).toEqualTypeOf<unknown>();
  expectTypeOf(json.decode).returns.toEqualTypeOf<unknown>();
}

export function aTypeWithoutItsCodecDoesNotCompile(): void {
  // @ts-expect-error no codecs
  Masstree.create<number, Date>(arena);
  // @ts-expect-error no codecs
  Masstree.create<number, Date>(arena, {});
  // @ts-expect-error no codec of values
  Masstree.create<number, Date>(arena, { key: u32 });
  // @ts-expect-error no codec of keys
  Masstree.create<number, Date>(arena, { value: date });
  // @ts-expect-error no codec of values
  Masstree.create<string, Price>(arena, { name: 'x' });
  // @ts-expect-error another codec
  Masstree.create<string, Price>(arena, { value: u32 });
  // @ts-expect-error keys of some strings only
  Masstree.create<'a' | 'b', number>(arena, { value: u32 });
  // @ts-expect-error no codec of values
  Masstree.open<string, number>(arena, 'x');
  // @ts-expect-error no codec of values
  Masstree.openOrCreate<string, number>(arena, { name: 'x' });
  // @ts-expect-error no name
  Masstree.openOrCreate(arena, { key: u32 });
  // @ts-expect-error no codec of values
  Masstree.attach<string, number>(arena, handle);
  // @ts-expect-error an unknown option
  Masstree.create(arena, { maxByte: 5 });
  // @ts-expect-error an unknown option beside a known one
  Masstree.create(arena, { value: u32, sizes: 5 });
  // @ts-expect-error what is unknown is not a number
  const value: number | undefined = Masstree.create(arena).get('a');
  void value;
  // @ts-expect-error an unknown member of a range
  Masstree.create(arena).keys({ start: 'b' });
}

export function optionsMayBeUndefinedAndHandedOn<K, V>(
  options: MasstreeOptions<K, V> & { key: Codec<K>; value: Codec<V> },
): Masstree<K, V> {
  Masstree.create(arena, { name: undefined, key: undefined, value: undefined });
  return Masstree.create(arena, options);
}

export function instanceofTellsMapsFromOtherThings(thing: Masstree<string, Price> | number): void {
  if (thing instanceof Masstree) expectTypeOf(thing).toEqualTypeOf<Masstree<string, Price>>();
}

test('the class goes by the name that it is exported under', () => {
  expect(Masstree).toBe(api.Masstree);
  expect((Masstree as unknown as { name: string }).name).toBe('Masstree');
});
