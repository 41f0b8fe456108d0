// Codecs of the user, made of ours and of each other: in every position, against the order that
// the values themselves have.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AnyCodec, Codec } from '../src/api.ts';
import { bytes, descending, f64, i64, tuple, u32, utf8 } from '../src/values/codecs.ts';
import { AS_KEY, encodeInto, encodeKey } from '../src/values/encoding.ts';
import { codeOf, holds } from './support.ts';

/** A codec, its values, and their order. */
interface Shape {
  readonly codec: AnyCodec;
  readonly values: fc.Arbitrary<unknown>;
  compare(a: never, b: never): number;
}

function bytesOf(codec: AnyCodec, value: unknown, room = 4): Uint8Array {
  let memory = new Uint8Array(room);
  const staging = {
    room: (size: number) => (memory.length < size ? (memory = new Uint8Array(size)) : memory),
  };
  const length = encodeInto(AS_KEY, codec, value, staging, 3, 2 ** 20);
  return memory.slice(3, 3 + length);
}

const sign = (a: number | bigint, b: number | bigint) => (a < b ? -1 : a > b ? 1 : 0);
const text = fc.string({ unit: fc.constantFrom('\0', '\x01', '\x02', 'a', 'é'), maxLength: 5 });
const octets = fc.array(fc.constantFrom(0, 1, 2, 255), { maxLength: 4 });

const leaves: Shape[] = [
  { codec: u32, values: fc.constantFrom(0, 1, 256, 2 ** 32 - 1), compare: sign },
  { codec: f64, values: fc.constantFrom(-1, 0, 2.5), compare: sign },
  { codec: i64, values: fc.constantFrom(-1n, 0n, 1n << 40n), compare: sign },
  { codec: bytes, values: octets.map((a) => new Uint8Array(a)), compare: Buffer.compare },
];
leaves.push({
  codec: utf8,
  values: text,
  compare: (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b)),
});

/** A codec of the user: `{ held }` as the inner codec has what is held. */
function user({ codec, values, compare }: Shape, sized: boolean, spread: boolean): Shape {
  const fixed = typeof codec.size === 'number';
  const own: Codec<{ held: unknown }> = {
    ...(spread ? (codec as object) : {}),
    id: `user-${codec.id}`.slice(0, 24),
    version: 1,
    encode: ({ held }, target, at) => encodeKey(codec, held, target, at),
    decode: (source, at, length) => ({ held: codec.decode(source, at, length) }),
  };
  const { size: _, ...without } = own;
  return {
    codec: sized && fixed ? { ...without, size: codec.size as number } : without,
    values: values.map((held) => ({ held })),
    compare: (a: { held: never }, b: { held: never }) => compare(a.held, b.held),
  };
}

function tupled(parts: readonly Shape[]): Shape {
  return {
    codec: tuple(...parts.map(({ codec }) => codec)),
    values: fc.tuple(...parts.map(({ values }) => values)),
    compare(a: never[], b: never[]) {
      for (const [i, part] of parts.entries()) {
        const order = part.compare(a[i] as never, b[i] as never);
        if (order !== 0) return Math.sign(order);
      }
      return 0;
    },
  };
}

function flipped({ codec, values, compare }: Shape): Shape {
  return { codec: descending(codec), values, compare: (a, b) => compare(b, a) };
}

function shapes(depth: number): fc.Arbitrary<Shape> {
  const leaf = fc.constantFrom(...leaves);
  if (depth === 0) return leaf;
  const inner = shapes(depth - 1);
  return fc.oneof(
    leaf,
    inner.map(flipped),
    fc.array(inner, { minLength: 1, maxLength: 3 }).map(tupled),
    fc.tuple(inner, fc.boolean(), fc.boolean()).map(([shape, a, b]) => user(shape, a, b)),
  );
}

describe('codecs made of codecs', () => {
  test('keep the order of their values, and give each back, in every position', () => {
    const cases = shapes(4).chain((shape) =>
      fc.tuple(fc.constant(shape), shape.values, shape.values),
    );
    holds(
      fc.property(cases, ([{ codec, compare }, a, b]) => {
        const [left, right] = [bytesOf(codec, a), bytesOf(codec, b, 500)];
        const order = Math.sign(compare(a as never, b as never));
        expect(Math.sign(Buffer.compare(left, right))).toBe(order);
        expect(codec.decode(left, 0, left.length)).toEqual(a);
        expect(bytesOf(codec, a, 500)).toEqual(left);
      }),
    );
  });

  test('a spread built-in codec is what it says, not what it was', () => {
    const upper = {
      ...utf8,
      id: 'upper',
      encode: (v: string, t: Uint8Array, at: number) => utf8.encode(v.toUpperCase(), t, at),
    };
    const pair = { ...tuple(utf8, u32), id: 'zero', encode: () => 0, decode: () => ['', 0] };
    const derived: Codec<number> = Object.create(f64, { encode: { value: () => 8 } });
    expect(Buffer.from(bytesOf(tuple(upper), ['ab'])).toString()).toBe('AB\0');
    expect(bytesOf(tuple(pair as AnyCodec), [['x', 1]])).toEqual(new Uint8Array([0]));
    expect(bytesOf(derived, NaN)).toHaveLength(8);
  });

  test('a part whose bytes are not of its size is refused: the next one would be misread', () => {
    const short: Codec<number> = {
      id: 'short',
      version: 1,
      size: 4,
      encode: (value, target, at) => u32.encode(value, target, at) - 1,
      decode: u32.decode,
    };
    const call = () => bytesOf(tuple(short, utf8), [1, 'x'], 100);
    expect(codeOf(call)).toBe('RangeError OUT_OF_RANGE');
    expect(call).toThrow('codec short: expected `encode` to return its size of 4 bytes, found 3');
  });
});
