import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { AnyCodec, Codec } from '../src/api.ts';
import { Arena } from '../src/arena/arena.ts';
import { seatOf } from '../src/life/seats.ts';
import { bytes, date, f64, i32, i64, json, tuple, u32, u64, utf8 } from '../src/values/codecs.ts';
import { Crossing, RESULT_BYTES } from '../src/values/crossing.ts';
import { encodeKey } from '../src/values/encoding.ts';
import { type KeyPort, keyPort, MAX_KEY_BYTES, valuePort } from '../src/values/ports.ts';
import { codeOf, holds } from './support.ts';

const arena = Arena.create({ bytes: 2 ** 26, participants: 2 });
const { crossing } = seatOf(arena);
const memory = new Uint8Array(arena.memory.buffer);
afterAll(() => arena.detach());

/** What a kernel sees of a packed key. */
function seen<K>(port: KeyPort<K>): Uint8Array {
  const { length, k0, k1, k2, k3 } = port;
  if (length > 16) return memory.slice(k0 >>> 0, (k0 >>> 0) + length);
  const words = new DataView(new ArrayBuffer(16));
  [k0, k1, k2, k3].forEach((word, i) => words.setInt32(i * 4, word));
  const all = new Uint8Array(words.buffer);
  expect(all.subarray(length).every((byte) => byte === 0)).toBe(true);
  return all.slice(0, length);
}

function expected<T>(codec: Codec<T>, key: T): Uint8Array {
  const room = new Uint8Array(400);
  return room.slice(0, encodeKey(codec, key, room, 0));
}

const own: Codec<string> = { id: 'own', version: 1, encode: utf8.encode, decode: utf8.decode };

describe('keys', () => {
  const crosses = <T>(codec: Codec<T>, values: fc.Arbitrary<T>) => {
    const port = keyPort(crossing, codec);
    holds(
      fc.property(values, fc.boolean(), (key, behind) => {
        crossing.begin();
        if (behind) crossing.take(13);
        port.pack(key);
        expect(seen(port)).toEqual(expected(codec, key));
        const record = port.append(key, 16);
        expect(record % 8).toBe(0);
        const at = record + 16;
        expect(crossing.view.slice(at, at + port.length)).toEqual(expected(codec, key));
        const back = port.read(crossing.view, at, port.length);
        expect(port.read(crossing.view.slice(), at, port.length)).toEqual(back);
        expect(expected(codec, back)).toEqual(expected(codec, key));
      }),
    );
  };
  const ascii = fc.string({ unit: 'grapheme-ascii', maxLength: 40 });
  const any = fc.string({ unit: 'binary', maxLength: 40 });

  test('text of all lengths and kinds', () => {
    crosses(utf8, fc.oneof(ascii, any, fc.constantFrom('', 'é'.repeat(8), 'é'.repeat(9), '\0')));
    const port = keyPort(crossing, utf8);
    for (let length = 0; length < 70; length++) {
      crossing.begin();
      const key = 'abcdefghij'.repeat(7).slice(0, length);
      port.pack(key);
      expect(Buffer.from(seen(port)).toString()).toBe(key);
    }
  });
  test('u32', () => crosses(u32, fc.nat({ max: 2 ** 32 - 1 })));
  test('i32', () => crosses(i32, fc.integer()));
  test('f64', () => crosses(f64, fc.double({ noNaN: true })));
  test('u64', () => crosses(u64, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })));
  test('i64', () => crosses(i64, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })));
  test('dates', () => crosses(date, fc.date({ noInvalidDate: true })));
  test('bytes', () => crosses(bytes, fc.uint8Array({ maxLength: 40 })));
  test('tuples', () => crosses(tuple(utf8, u32), fc.tuple(ascii, fc.nat())));
  test('a codec of the user', () => crosses(own, any));

  test('what is no key, and what is too long', () => {
    const text = keyPort(crossing, utf8, 100);
    const users = keyPort(crossing, own, 100);
    const pairs = keyPort(crossing, tuple(utf8));
    for (const port of [text, users]) {
      crossing.begin();
      expect(codeOf(() => port.pack(undefined as never))).toBe('TypeError INVALID_TYPE');
      expect(codeOf(() => port.pack(5 as never))).toBe('TypeError INVALID_TYPE');
      expect(codeOf(() => port.pack('\ud800'))).toBe('TypeError INVALID_TYPE');
      expect(codeOf(() => port.pack(`${'x'.repeat(30)}\ud800`))).toBe('TypeError INVALID_TYPE');
      expect(codeOf(() => port.pack('x'.repeat(101)))).toBe('RangeError KEY_TOO_LARGE');
      expect(codeOf(() => port.append('é'.repeat(51), 8))).toBe('RangeError KEY_TOO_LARGE');
      port.pack('x'.repeat(100));
      expect(port.length).toBe(100);
    }
    expect(codeOf(() => pairs.pack(['x'.repeat(MAX_KEY_BYTES)]))).toBe('RangeError KEY_TOO_LARGE');
  });
});

describe('values', () => {
  test('numbers, text, JSON and bytes', () => {
    const cases: [AnyCodec, unknown][] = [
      [u32, 7],
      [f64, -0],
      [f64, NaN],
      [i64, -5n],
      [date, new Date(99)],
      [utf8, ''],
      [utf8, 'x'.repeat(17)],
      [utf8, 'ü'.repeat(1000)],
      [json, { a: [1, 2, { b: 'ü' }] }],
      [json, 5],
      [bytes, new Uint8Array(100).fill(3)],
      [own, 'abc'],
    ];
    for (const [codec, value] of cases) {
      const port = valuePort(crossing, codec);
      port.pack(value);
      expect(port.at % 8).toBe(0);
      const at = (port.at >>> 0) - crossing.at;
      expect(port.read(crossing.view, at, port.length)).toStrictEqual(value);
      const copy = crossing.view.slice(at, at + port.length);
      expect(port.read(copy, 0, port.length)).toStrictEqual(value);
    }
  });

  test('what is no value, and what is too large', () => {
    for (const codec of [utf8, json, u32, own, bytes] as AnyCodec[]) {
      const port = valuePort(crossing, codec);
      expect(codeOf(() => port.pack(undefined))).toBe('TypeError INVALID_TYPE');
    }
    const port = valuePort(crossing, utf8, 10);
    expect(codeOf(() => port.pack('x'.repeat(11)))).toBe('RangeError VALUE_TOO_LARGE');
    const blob = valuePort(crossing, bytes, 10);
    expect(codeOf(() => blob.pack(new Uint8Array(11)))).toBe('RangeError VALUE_TOO_LARGE');
  });
});

describe('scratch', () => {
  test('grows for what is long, and what was packed before moves along', () => {
    const [first, second] = [keyPort(crossing, utf8), keyPort(crossing, utf8)];
    const value = valuePort(crossing, bytes);
    const blob = new Uint8Array(300_000).map((_, i) => i * 7);
    const before = crossing.at;
    value.pack(blob);
    first.pack('a'.repeat(70_000));
    second.pack('b'.repeat(MAX_KEY_BYTES));
    crossing.need(2 ** 20);
    expect(crossing.outBytes).toBeGreaterThanOrEqual(2 ** 20);
    expect(crossing.at).not.toBe(before);
    expect(Buffer.from(seen(first)).toString()).toBe('a'.repeat(70_000));
    expect(Buffer.from(seen(second)).toString()).toBe('b'.repeat(MAX_KEY_BYTES));
    const at = value.at >>> 0;
    expect(Buffer.compare(memory.subarray(at, at + blob.length), blob)).toBe(0);
    expect(crossing.outAt >>> 0).toBe(crossing.at + crossing.out);
    const large = crossing.view.length;
    for (let i = 0; i < 300; i++) crossing.begin();
    expect(crossing.view.length).toBeLessThan(large); // Given back when it is not used any more.
    expect(arena.verify().ok).toBe(true);
  });

  test('says ARENA_FULL when it cannot grow, and goes on', () => {
    const value = valuePort(crossing, bytes);
    expect(codeOf(() => value.pack(new Uint8Array(2 ** 26)))).toBe('ShmError ARENA_FULL');
    value.pack(new Uint8Array(10));
    expect(value.length).toBe(10);
    expect(arena.verify().ok).toBe(true);
  });

  test('what is packed can be put aside and brought back', () => {
    const key = keyPort(crossing, utf8);
    crossing.begin();
    key.pack('k'.repeat(40));
    const packed = crossing.save();
    arena.stats();
    crossing.restore(packed);
    expect(Buffer.from(seen(key)).toString()).toBe('k'.repeat(40));
  });

  test('scratch stays where it is while something is put aside', () => {
    crossing.begin();
    crossing.need(2 ** 20);
    const { at } = crossing;
    const packed = crossing.save();
    for (let i = 0; i < 1000; i++) crossing.begin();
    expect(crossing.at).toBe(at);
    crossing.restore(packed);
    for (let i = 0; i < 1000; i++) crossing.begin();
    expect(crossing.at).not.toBe(at);
  });

  test('is looked at again when another copy of the package has replaced it', () => {
    const seat = seatOf(arena);
    const other = new Crossing(seat);
    other.begin();
    other.need(2 ** 20);
    crossing.begin();
    const { at } = crossing;
    const { length } = crossing.view;
    seat.unstage();
    seat.stage(length / 2); // The smaller block begins where the larger one did.
    expect(seat.scratch).toMatchObject({ at });
    crossing.begin();
    expect(crossing.view.length).toBe(seat.scratch.bytes);
    seat.unstage();
  });

  test('private memory that something large took is let go at the end of the turn', async () => {
    const text = valuePort(crossing, utf8);
    const blob = valuePort(crossing, bytes);
    for (const pack of [
      () => text.pack('x'.repeat(2 ** 21)),
      () => blob.pack(new Uint8Array(2 ** 22)),
      () => codeOf(() => keyPort(crossing, bytes).pack(new Uint8Array(MAX_KEY_BYTES + 1))),
      () => crossing.takeBack(crossing.lend(2 ** 22)),
    ]) {
      pack();
      await null;
      expect(crossing.buffer.length).toBeLessThanOrEqual(2 ** 20);
    }
  });

  test('or after some calls, where turns do not end', () => {
    crossing.room(2 ** 22);
    for (let i = 0; i < 300; i++) crossing.begin();
    expect(crossing.buffer.length).toBe(0);
  });

  test("what is lent is nobody else's until it is taken back", () => {
    const lent = crossing.lend(100);
    expect(crossing.room(10)).not.toBe(lent);
    crossing.takeBack(lent);
    expect(crossing.room(10)).toBe(lent);
  });

  test('more than an arena can hold is ARENA_FULL, and not what is left of it in 32 bits', () => {
    crossing.begin();
    const { at, view } = crossing;
    expect(codeOf(() => crossing.take(2 ** 32 + 8))).toBe('ShmError ARENA_FULL');
    expect(codeOf(() => crossing.need(2 ** 33))).toBe('ShmError ARENA_FULL');
    expect([crossing.at, crossing.view]).toEqual([at, view]);
    crossing.begin();
  });

  test('the result block stays free', () => {
    crossing.begin();
    expect(crossing.take(1)).toBe(RESULT_BYTES);
  });
});

describe('user code inside a codec', () => {
  test('toJSON may use the arena: it runs before anything is packed', () => {
    const value = valuePort(crossing, json);
    const key = keyPort(crossing, utf8);
    const nosy = {
      toJSON() {
        value.pack({ inner: true });
        key.pack('inner'.repeat(5));
        return 'outer';
      },
    };
    value.pack(nosy);
    key.pack('outer'.repeat(5));
    const at = (value.at >>> 0) - crossing.at;
    expect(value.read(crossing.view, at, value.length)).toBe('outer');
    expect(Buffer.from(seen(key)).toString()).toBe('outer'.repeat(5));
  });

  test('an encoder that does is found', () => {
    const nosy: Codec<string> = {
      id: 'nosy',
      version: 1,
      encode(value, target, at) {
        arena.stats();
        return utf8.encode(value, target, at);
      },
      decode: utf8.decode,
    };
    const [key, value] = [keyPort(crossing, nosy), valuePort(crossing, nosy)];
    expect(codeOf(() => key.pack('x'))).toBe('TypeError INVALID_TYPE');
    expect(codeOf(() => value.pack('x'))).toBe('TypeError INVALID_TYPE');
    const late = valuePort(crossing, json);
    crossing.begin();
    expect(codeOf(() => late.append({ toJSON: () => arena.stats().bytes }))).toBe(
      'TypeError INVALID_TYPE',
    );
  });
});
