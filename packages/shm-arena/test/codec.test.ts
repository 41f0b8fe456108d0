import fc from 'fast-check';
import * as msgpackr from 'msgpackr';
import { describe, expect, test } from 'vitest';
import type { AnyCodec, Codec, Coded, Range } from '../src/api.ts';
import {
  bool,
  bytes,
  date,
  descending,
  f64,
  i32,
  i64,
  json,
  msgpack,
  prefixEnd,
  tuple,
  u32,
  u64,
  utf8,
} from '../src/values/codecs.ts';
import { encodeKey } from '../src/values/encoding.ts';
import { codeOf, holds } from './support.ts';

type Compare<T> = (a: T, b: T) => number;

function encoded<T>(codec: Codec<T>, value: T, how = encodeKey<T>): Uint8Array {
  let room = new Uint8Array(8);
  for (;;) {
    const length = how(codec, value, room, 0);
    if (length <= room.length) return room.slice(0, length);
    room = new Uint8Array(length);
  }
}

function asValue<T>(codec: Codec<T>, value: T): Uint8Array {
  return encoded(codec, value, (c, v, target, at) => c.encode(v, target, at));
}

function decoded<T>(codec: Codec<T>, source: Uint8Array): T {
  const padded = new Uint8Array(source.length + 6).fill(0xee);
  padded.set(source, 3); // Neither what stands before nor behind may matter.
  return codec.decode(padded, 3, source.length);
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  return Math.sign(Buffer.compare(a, b));
}

function startsWith(whole: Uint8Array, start: Uint8Array): boolean {
  return compareBytes(whole.subarray(0, start.length), start) === 0;
}

const byValue: Compare<number | bigint> = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const byCodePoint: Compare<string> = (a, b) => {
  const [left, right] = [[...a], [...b]].map((text) => text.map((c) => c.codePointAt(0)!));
  for (let i = 0; i < Math.min(left!.length, right!.length); i++) {
    if (left![i] !== right![i]) return Math.sign(left![i]! - right![i]!);
  }
  return Math.sign(left!.length - right!.length);
};

const words = fc.string({ unit: 'binary', maxLength: 12 });
// Few characters, so that equal starts and the escaped bytes come often.
const nearWords = fc.string({
  unit: fc.constantFrom('\0', '\x01', '\x02', 'a', 'b', 'é', '\uffff', '\u{10000}'),
  maxLength: 6,
});
const text = fc.oneof(words, nearWords);
const edgeNumbers = fc.constantFrom(
  0,
  -0,
  5e-324,
  -5e-324,
  2 ** -1022,
  -(2 ** -1022),
  Infinity,
  -Infinity,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  1,
  -1,
  2 ** 53,
  -(2 ** 53),
);
const numbers = fc.oneof(fc.double({ noNaN: true }), edgeNumbers, fc.integer());
const octets = fc.uint8Array({ maxLength: 10 });
const nearOctets = fc
  .array(fc.constantFrom(0, 1, 2, 255), { maxLength: 5 })
  .map((a) => new Uint8Array(a));
const bigs = (min: bigint, max: bigint) => fc.bigInt({ min, max });
const dates = fc.date({ noInvalidDate: true });

function keepsOrder<T>(codec: Codec<T>, values: fc.Arbitrary<T>, compare: Compare<T>): void {
  holds(
    fc.property(values, values, (a, b) => {
      const [left, right] = [encoded(codec, a), encoded(codec, b)];
      expect(compareBytes(left, right)).toBe(compare(a, b));
      expect(compare(decoded(codec, left), a)).toBe(0);
    }),
  );
}

describe('keys sort by their bytes', () => {
  test('u32', () => keepsOrder(u32, fc.nat({ max: 2 ** 32 - 1 }), byValue));
  test('i32', () => keepsOrder(i32, fc.integer(), byValue));
  test('f64, with infinities, subnormals and one zero', () => keepsOrder(f64, numbers, byValue));
  test('u64', () => keepsOrder(u64, bigs(0n, 2n ** 64n - 1n), byValue));
  test('i64', () => keepsOrder(i64, bigs(-(2n ** 63n), 2n ** 63n - 1n), byValue));
  test('date', () => keepsOrder(date, dates, (a, b) => byValue(a.getTime(), b.getTime())));
  test('bool', () => keepsOrder(bool, fc.boolean(), (a, b) => Number(a) - Number(b)));
  test('bytes', () => keepsOrder(bytes, fc.oneof(octets, nearOctets), compareBytes));
  test('utf8, by code point', () => keepsOrder(utf8, text, byCodePoint));
  test('descending text and numbers', () => {
    keepsOrder(descending(utf8), text, (a, b) => byCodePoint(b, a));
    keepsOrder(descending(f64), numbers, (a, b) => byValue(b, a));
    keepsOrder(descending(descending(utf8)), text, byCodePoint);
  });
});

describe('tuples', () => {
  const codec = tuple(utf8, descending(bytes), f64, tuple(descending(tuple(utf8, u32)), i32));
  const values = fc.tuple(
    fc.oneof(nearWords, fc.constant('')),
    nearOctets,
    fc.constantFrom(-1, 0, -0, 2.5),
    fc.tuple(fc.tuple(nearWords, fc.constantFrom(0, 7)), fc.constantFrom(-5, 3)),
  );
  const chain = (...signs: number[]) => signs.find((sign) => sign !== 0) ?? 0;

  test('the first part that differs decides, also in nested and descending parts', () => {
    keepsOrder(codec, values, (a, b) =>
      chain(
        byCodePoint(a[0], b[0]),
        compareBytes(b[1], a[1]),
        byValue(a[2], b[2]),
        byCodePoint(b[3][0][0], a[3][0][0]),
        byValue(b[3][0][1], a[3][0][1]),
        byValue(a[3][1], b[3][1]),
      ),
    );
  });

  test('a prefix is the leading parts: it is the start of exactly the keys that have them', () => {
    holds(
      fc.property(values, values, fc.nat({ max: 4 }), (key, other, parts) => {
        const prefix = new Uint8Array(200);
        const length = codec.encodePrefix!(other.slice(0, parts), prefix, 0);
        const same = key
          .slice(0, parts)
          .every((part, i) => compareBytes(partBytes(i, part), partBytes(i, other[i])) === 0);
        expect(startsWith(encoded(codec, key), prefix.subarray(0, length))).toBe(same);
      }),
    );
  });

  const alone = [tuple(utf8), tuple(descending(bytes)), tuple(f64), codec] as AnyCodec[];
  function partBytes(i: number, part: unknown): Uint8Array {
    return i === 3
      ? encoded(alone[3]!, ['', new Uint8Array(), 0, part])
      : encoded(alone[i]!, [part]);
  }

  test('ranges take leading parts, and nothing else', () => {
    const pair = tuple(utf8, u32);
    type Key = Coded<typeof pair>;
    const ranges: Range<Key>[] = [
      { gte: ['a', 1] },
      { prefix: [] },
      { prefix: ['a'] },
      { prefix: ['a', 1] },
      // @ts-expect-error: the first part is text
      { prefix: [1] },
      // @ts-expect-error: a bound is a whole key
      { lt: ['a'] },
    ];
    expect(ranges).toHaveLength(6);
  });

  test('parts are checked', () => {
    expect(codeOf(() => encoded(codec, 'text' as never))).toBe('TypeError INVALID_TYPE');
    expect(codeOf(() => encoded(codec, [] as never))).toBe('RangeError OUT_OF_RANGE');
    expect(codeOf(() => encoded(tuple(f64), [NaN]))).toBe('TypeError INVALID_TYPE');
    expect(codeOf(() => encoded(tuple(utf8), ['\ud800']))).toBe('TypeError INVALID_TYPE');
    expect(codeOf(() => codec.decode(new Uint8Array([65]), 0, 1))).toBe('RangeError OUT_OF_RANGE');
    expect(codeOf(() => tuple({} as never))).toBe('TypeError INVALID_TYPE');
  });

  test('a user codec may be a part', () => {
    const caseless: Codec<string> = {
      id: 'caseless',
      version: 3,
      encode: (value, target, at) => utf8.encode(value.toLowerCase(), target, at),
      decode: utf8.decode,
    };
    const pair = tuple(caseless, u32);
    expect(pair.id).toBe('tuple(caseless@3,u32)');
    expect(decoded(pair, encoded(pair, ['ABC', 9]))).toEqual(['abc', 9]);
  });

  test('long ids are cut, and differ where the parts do', () => {
    const ids = [
      tuple(utf8, utf8, utf8, utf8, u32),
      tuple(utf8, utf8, utf8, utf8, i32),
      descending(tuple(utf8, utf8, utf8, utf8, u32)),
    ].map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id.length).toBeLessThanOrEqual(24);
  });
});

describe('prefixes', () => {
  const behind = (start: Uint8Array) => {
    const end = start.slice();
    const length = prefixEnd(end, 0, end.length);
    return length < 0 ? null : end.subarray(0, length);
  };

  test('the end of a prefix lies behind exactly what starts with it', () => {
    holds(
      fc.property(nearOctets, nearOctets, (start, key) => {
        const end = behind(start);
        const inside =
          compareBytes(key, start) >= 0 && (end === null || compareBytes(key, end) < 0);
        expect(inside).toBe(startsWith(key, start));
      }),
    );
  });

  test('leading characters are leading bytes', () => {
    holds(
      fc.property(text, text, (start, key) => {
        const prefix = new Uint8Array(100);
        const length = utf8.encodePrefix!(start, prefix, 0);
        expect(startsWith(encoded(utf8, key), prefix.subarray(0, length))).toBe(
          [...key].slice(0, [...start].length).join('') === start,
        );
      }),
    );
  });
});

describe('values come back as they went', () => {
  const returns = <T>(codec: Codec<T>, value: T) => {
    expect(decoded(codec, asValue(codec, value))).toStrictEqual(value);
  };

  test('numbers, also NaN and -0', () => {
    for (const value of [NaN, -0, 0, 1.5, -Infinity]) returns(f64, value);
    expect(() => encoded(f64, NaN)).toThrow(/NaN/);
    expect(Object.is(decoded(f64, encoded(f64, -0)), 0)).toBe(true);
  });

  test('text of every length and kind', () => {
    for (let length = 0; length < 80; length++) {
      returns(utf8, 'abcdefghijklmnopqrstuvwxyz'.repeat(4).slice(0, length));
      returns(utf8, `${'x'.repeat(length)}é€😀`);
    }
    returns(utf8, '\ufeffwith a byte order mark');
    returns(utf8, 'ü'.repeat(50_000));
  });

  test('bytes are a copy', () => {
    const source = new Uint8Array([1, 2, 3]);
    const copy = bytes.decode(source, 0, 3);
    source[0] = 9;
    expect(copy).toEqual(new Uint8Array([1, 2, 3]));
  });

  test('json and msgpack', () => {
    holds(fc.property(fc.json(), (source) => returns(json, JSON.parse(source))));
    const packed = msgpack(msgpackr);
    for (const value of [{ a: [1, 'two', null] }, new Date(5), new Uint8Array([1, 2]), 2n ** 60n]) {
      expect(decoded(packed, asValue(packed, value))).toEqual(value);
    }
  });
});

describe('what a codec refuses', () => {
  const cases: [string, () => unknown][] = [
    ['TypeError INVALID_TYPE', () => encoded(u32, '1' as never)],
    ['RangeError OUT_OF_RANGE', () => encoded(u32, -1)],
    ['RangeError OUT_OF_RANGE', () => encoded(u32, 1.5)],
    ['RangeError OUT_OF_RANGE', () => encoded(u32, NaN)],
    ['RangeError OUT_OF_RANGE', () => encoded(i32, 2 ** 31)],
    ['TypeError INVALID_TYPE', () => encoded(i32, undefined as never)],
    ['TypeError INVALID_TYPE', () => encoded(f64, 1n as never)],
    ['TypeError INVALID_TYPE', () => encoded(u64, 1 as never)],
    ['RangeError OUT_OF_RANGE', () => encoded(u64, -1n)],
    ['RangeError OUT_OF_RANGE', () => encoded(i64, 2n ** 63n)],
    ['TypeError INVALID_TYPE', () => encoded(bool, 0 as never)],
    ['TypeError INVALID_TYPE', () => encoded(date, 5 as never)],
    ['TypeError INVALID_TYPE', () => encoded(date, new Date(NaN))],
    ['TypeError INVALID_TYPE', () => encoded(bytes, 'x' as never)],
    ['TypeError INVALID_TYPE', () => encoded(utf8, 5 as never)],
    ['TypeError INVALID_TYPE', () => encoded(json, undefined)],
    ['TypeError INVALID_TYPE', () => encoded(json, () => 0)],
    ['TypeError INVALID_TYPE', () => msgpack({} as never)],
  ];
  test.each(cases)('%s %#', (code, call) => expect(codeOf(call)).toBe(code));

  class Hidden {
    readonly #own = 1;
    get own() {
      return this.#own;
    }
  }
  const lost: [string, unknown][] = [
    ['NaN', NaN],
    ['Infinity', Infinity],
    ['-Infinity', -Infinity],
    ['a boxed NaN', Object(NaN)],
    ['an invalid Date', new Date(NaN)],
    ['undefined', undefined],
    ['a function', () => 0],
    ['a symbol', Symbol('x')],
    ['a Map', new Map([[1, 2]])],
    ['a Map with properties', Object.assign(new Map([[1, 2]]), { x: 1 })],
    ['a Set', new Set([1])],
    ['a WeakMap', new WeakMap()],
    ['a WeakRef', new WeakRef({})],
    ['a Promise', Promise.resolve()],
    ['a RegExp', /x/],
    ['an Error', new Error('x')],
    ['an ArrayBuffer', new ArrayBuffer(4)],
    ['a DataView', new DataView(new ArrayBuffer(4))],
    ['a typed array', new Uint8Array([1, 2])],
    ['a generator', (function* () {})()],
    ['an object with private fields', new Hidden()],
    ['a toJSON that gives NaN', { toJSON: () => NaN }],
    ['a toJSON that gives nothing', { toJSON: () => undefined }],
  ];
  test.each(lost)('json: %s, of which nothing would be left', (_, value) => {
    expect(codeOf(() => encoded(json, value))).toBe('TypeError INVALID_TYPE');
  });

  test('json: what JSON.stringify refuses itself, with the cause', () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    const deep = { toJSON: (): string => JSON.stringify(deep) };
    const cause = new Error('mine');
    const throws = {
      toJSON() {
        throw cause;
      },
    };
    expect(codeOf(() => encoded(json, circle))).toBe('TypeError INVALID_TYPE');
    expect(codeOf(() => encoded(json, { big: 1n }))).toBe('TypeError INVALID_TYPE');
    expect(codeOf(() => encoded(json, deep))).toBe('RangeError OUT_OF_RANGE');
    expect(codeOf(() => encoded(json, throws))).toBe('TypeError INVALID_TYPE');
    expect(() => encoded(json, throws)).toThrow(expect.objectContaining({ cause }));
    expect(codeOf(() => decoded(json, new Uint8Array([65])))).toBe('ShmError ARENA_CORRUPT');
  });

  test('json: what it takes, and what it loses inside', () => {
    const kept: unknown[] = [null, {}, [], Object.create(null), '\ud800', 'null', '{}'];
    for (const value of kept) expect(decoded(json, asValue(json, value))).toEqual(value);
    const inside = { map: new Map([[1, 2]]), nan: NaN, list: [undefined], gone: undefined };
    expect(decoded(json, asValue(json, inside))).toEqual({ map: {}, nan: null, list: [null] });
    expect(decoded(json, asValue(json, { toJSON: () => ({}) }))).toEqual({});
    expect(decoded(json, asValue(json, Object(5)))).toBe(5);
  });

  test('msgpack: what msgpackr throws has a code', () => {
    const packed = msgpack({
      Packr: class {
        pack(): Uint8Array {
          throw new Error('no');
        }
        unpack(): unknown {
          throw new Error('no');
        }
      },
    });
    expect(codeOf(() => encoded(packed, 1))).toBe('TypeError INVALID_TYPE');
    expect(codeOf(() => decoded(packed, new Uint8Array(1)))).toBe('ShmError ARENA_CORRUPT');
  });

  test('lone surrogates, wherever they stand', () => {
    for (const lone of ['\ud800', '\udc00', 'a\ud800', '\udc00\ud800', `${'x'.repeat(99)}\udfff`]) {
      expect(codeOf(() => encoded(utf8, lone))).toBe('TypeError INVALID_TYPE');
    }
    expect(() => encoded(utf8, 'ab\udc01')).toThrow('\\udc01 at index 2');
  });
});
