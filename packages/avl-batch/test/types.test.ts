// What the compiler says. `tsc` judges this file; nothing in it runs but the last test.

import type { Arena, Codec } from '@x/shm-arena';
import { date, f64, json, tuple, u32, utf8 } from '@x/shm-arena/codec';
import { expect, expectTypeOf, test } from 'vitest';
import * as api from '../src/index.ts';
import { AvlBatch, type AvlBatchHandle, type AvlBatchOptions } from '../src/index.ts';

interface Price {
  readonly cents: number;
}

declare const arena: Arena;
declare const handle: AvlBatchHandle;

export function theTypesAreThoseOfTheCodecs(): void {
  const prices = { value: json as Codec<Price> };
  expectTypeOf(AvlBatch.create(arena)).toEqualTypeOf<AvlBatch<string, unknown>>();
  expectTypeOf(AvlBatch.create(arena, {})).toEqualTypeOf<AvlBatch<string, unknown>>();
  expectTypeOf(AvlBatch.create(arena, { name: 'x' })).toEqualTypeOf<AvlBatch<string, unknown>>();
  expectTypeOf(AvlBatch.create(arena, { value: json })).toEqualTypeOf<AvlBatch<string, unknown>>();
  expectTypeOf(AvlBatch.create(arena, prices)).toEqualTypeOf<AvlBatch<string, Price>>();
  expectTypeOf(AvlBatch.create(arena, { key: u32, value: date })).toEqualTypeOf<
    AvlBatch<number, Date>
  >();
  expectTypeOf(AvlBatch.create(arena, { key: u32 })).toEqualTypeOf<AvlBatch<number, unknown>>();
  expectTypeOf(AvlBatch.create<string, number>(arena, { value: f64 })).toEqualTypeOf<
    AvlBatch<string, number>
  >();
  const key = tuple(utf8, u32);
  expectTypeOf(AvlBatch.open(arena, 'x', { key })).toEqualTypeOf<
    AvlBatch<readonly [string, number], unknown>
  >();
  expectTypeOf(AvlBatch.open(arena, 'x')).toEqualTypeOf<AvlBatch<string, unknown>>();
  expectTypeOf(AvlBatch.openOrCreate(arena, { name: 'x' })).toEqualTypeOf<
    AvlBatch<string, unknown>
  >();
  expectTypeOf(AvlBatch.openOrCreate(arena, { name: 'x', key: date, ...prices })).toEqualTypeOf<
    AvlBatch<Date, Price>
  >();
  expectTypeOf(AvlBatch.attach(arena, handle)).toEqualTypeOf<AvlBatch<string, unknown>>();
  expectTypeOf(AvlBatch.attach(arena, handle, prices)).toEqualTypeOf<AvlBatch<string, Price>>();
  expectTypeOf(AvlBatch.create(arena).get('a')).toEqualTypeOf<unknown>();
  expectTypeOf(json.decode).returns.toEqualTypeOf<unknown>();
}

export function aTypeWithoutItsCodecDoesNotCompile(): void {
  // @ts-expect-error no codecs
  AvlBatch.create<number, Date>(arena);
  // @ts-expect-error no codecs
  AvlBatch.create<number, Date>(arena, {});
  // @ts-expect-error no codec of values
  AvlBatch.create<number, Date>(arena, { key: u32 });
  // @ts-expect-error no codec of keys
  AvlBatch.create<number, Date>(arena, { value: date });
  // @ts-expect-error no codec of values
  AvlBatch.create<string, Price>(arena, { name: 'x' });
  // @ts-expect-error another codec
  AvlBatch.create<string, Price>(arena, { value: u32 });
  // @ts-expect-error keys of some strings only
  AvlBatch.create<'a' | 'b', number>(arena, { value: u32 });
  // @ts-expect-error no codec of values
  AvlBatch.open<string, number>(arena, 'x');
  // @ts-expect-error no codec of values
  AvlBatch.openOrCreate<string, number>(arena, { name: 'x' });
  // @ts-expect-error no name
  AvlBatch.openOrCreate(arena, { key: u32 });
  // @ts-expect-error no codec of values
  AvlBatch.attach<string, number>(arena, handle);
  // @ts-expect-error an unknown option
  AvlBatch.create(arena, { maxByte: 5 });
  // @ts-expect-error an unknown option beside a known one
  AvlBatch.create(arena, { value: u32, sizes: 5 });
  // @ts-expect-error what is unknown is not a number
  const value: number | undefined = AvlBatch.create(arena).get('a');
  void value;
  // @ts-expect-error an unknown member of a range
  AvlBatch.create(arena).keys({ start: 'b' });
}

export function optionsMayBeUndefinedAndHandedOn<K, V>(
  options: AvlBatchOptions<K, V> & { key: Codec<K>; value: Codec<V> },
): AvlBatch<K, V> {
  AvlBatch.create(arena, { name: undefined, key: undefined, value: undefined });
  return AvlBatch.create(arena, options);
}

export function instanceofTellsMapsFromOtherThings(thing: AvlBatch<string, Price> | number): void {
  if (thing instanceof AvlBatch) expectTypeOf(thing).toEqualTypeOf<AvlBatch<string, Price>>();
}

test('the class goes by the name that it is exported under', () => {
  expect(AvlBatch).toBe(api.AvlBatch);
  expect((AvlBatch as unknown as { name: string }).name).toBe('AvlBatch');
});
