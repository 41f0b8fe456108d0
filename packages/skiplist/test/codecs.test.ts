// Codecs of the user that do not keep to the contract: whatever they do, nothing wrong is shared,
// and the thread goes on.
import { Arena, type Codec } from '@x/shm-arena';
import { bytes, json, tuple, u32, utf8 } from '@x/shm-arena/codec';
import { describe, expect, test } from 'vitest';
import { SkipList } from '../src/index.ts';
import { codeOf, values } from './support.ts';

/** Text, whose `encode` and `encodePrefix` return what `bend` makes of the length. */
function bent(bend: (length: number) => unknown, size?: (value: string) => number): Codec<string> {
  const encode = (value: unknown, target: Uint8Array, at: number) =>
    bend(utf8.encode(value as string, target, at)) as number;
  return {
    id: 'bent',
    version: 1,
    encode,
    encodePrefix: encode,
    decode: utf8.decode,
    ...(size && { size }),
  };
}

const returns: [string, (length: number) => unknown, string][] = [
  ['undefined', () => undefined, 'INVALID_TYPE'],
  ['null', () => null, 'INVALID_TYPE'],
  ['a bigint', (n) => BigInt(n), 'INVALID_TYPE'],
  ['text', (n) => String(n), 'INVALID_TYPE'],
  ['NaN', () => NaN, 'OUT_OF_RANGE'],
  ['-1', () => -1, 'OUT_OF_RANGE'],
  ['half a byte more', (n) => n + 0.5, 'OUT_OF_RANGE'],
];

describe('what `encode` returns is checked before anything is shared', () => {
  const arena = Arena.create({ bytes: 2 ** 24 });

  test.each(returns)('%s, of a key', (_, bend, code) => {
    let on = false;
    const key = bent((n) => (on ? bend(n) : n));
    const plain = SkipList.create(arena, { key });
    const pairs = SkipList.create(arena, { key: tuple(u32, key) });
    plain.set('a', 1).set('abc', 2);
    pairs.set([1, 'a'], 1);
    on = true;
    const calls: (() => unknown)[] = [
      () => plain.get('abc'),
      () => plain.has('abc'),
      () => plain.set('abc', 3),
      () => plain.insert('abd', 3),
      () => plain.delete('abc'),
      () => plain.getMany(['abc']),
      () => plain.writeBatch([{ type: 'set', key: 'abc', value: 3 }]),
      () => plain.floor('abc'),
      () => plain.keys({ gte: 'a' }),
      () => plain.count({ lt: 'b' }),
      () => plain.keys({ prefix: 'a' }),
      () => plain.cursor().seek('a'),
      () => pairs.set([1, 'abc'], 3),
      () => pairs.get([1, 'a']),
      () => pairs.keys({ prefix: [1, 'a'] }),
    ];
    for (const call of calls) {
      expect(codeOf(call)).toBe(code);
      expect(call).toThrow(/codec bent: expected `encode(Prefix)?` to return/);
    }
    on = false;
    expect([...plain]).toEqual([
      ['a', 1],
      ['abc', 2],
    ]);
    expect([...pairs]).toEqual([[[1, 'a'], 1]]);
    expect(arena.verify()).toMatchObject({ ok: true });
  });

  test.each(returns)('%s, of a value', (_, bend, code) => {
    let on = false;
    const list = SkipList.create(arena, { value: bent((n) => (on ? bend(n) : n)) });
    list.set('a', 'kept');
    on = true;
    for (const call of [
      () => list.set('a', 'new'),
      () => list.insert('b', 'new'),
      () => list.writeBatch([{ type: 'set', key: 'a', value: 'new' }]),
    ]) {
      expect(codeOf(call)).toBe(code);
    }
    on = false;
    expect([...list]).toEqual([['a', 'kept']]);
    expect(list.stats().entries).toBe(1);
  });

  test('one that always wants more than it was offered is not asked for ever', () => {
    let calls = 0;
    const greedy = bent((n) => n + 2 ** (12 + 2 * ++calls));
    const list = SkipList.create(arena, { key: greedy });
    expect(codeOf(() => list.set('a', 1))).toBe('OUT_OF_RANGE');
    expect(calls).toBe(2);
    const huge = SkipList.create(arena, { key: bent(() => 2 ** 40) });
    expect(codeOf(() => huge.set('a', 1))).toBe('KEY_TOO_LARGE');
    const values = SkipList.create(arena, { value: bent(() => 2 ** 40) });
    expect(codeOf(() => values.set('a', 'x'))).toBe('VALUE_TOO_LARGE');
  });

  test.each(returns)('%s, of `size`', (_, bend, code) => {
    const key = bent(
      (n) => n,
      (value) => bend(value.length) as number,
    );
    expect(codeOf(() => SkipList.create(arena, { key }).set('a', 1))).toBe(code);
  });

  test('a codec with a `size` is always offered that much', () => {
    const blocks: Codec<number> = {
      id: 'blocks',
      version: 1,
      size: 9000,
      encode(value, target, at) {
        target.fill(0, at, at + 9000);
        new DataView(target.buffer, target.byteOffset + at).setUint32(8996, value);
        return 9000;
      },
      decode: (source, at) => new DataView(source.buffer, source.byteOffset + at).getUint32(8996),
    };
    const list = SkipList.create(arena, { key: tuple(blocks, utf8), value: blocks });
    list.set([5, 'x'], 7);
    list.writeBatch([{ type: 'set', key: [6, 'x'], value: 8 }]);
    expect([...list]).toEqual([
      [[5, 'x'], 7],
      [[6, 'x'], 8],
    ]);
  });

  test.each([-1, 1.5, NaN, 2 ** 32, 'x'])('a codec of `size` %s is refused', (size) => {
    const codec = { ...bent((n) => n), size: size as number };
    expect(codeOf(() => SkipList.create(arena, { key: codec }))).toMatch(/INVALID_TYPE|OUT_OF/);
    expect(codeOf(() => tuple(codec))).toMatch(/INVALID_TYPE|OUT_OF/);
  });
});

describe('a tuple with parts that are made of tuples', () => {
  test('different keys stay different', () => {
    const name = tuple(utf8, utf8);
    type Person = { last: string; first: string };
    const person: Codec<Person> = {
      id: 'person',
      version: 1,
      encode: (v, t, at) => name.encode([v.last, v.first], t, at),
      decode(s, at, n) {
        const [last, first] = name.decode(s, at, n);
        return { last, first };
      },
    };
    const list = SkipList.create(Arena.create({ bytes: 2 ** 24 }), { key: tuple(u32, person) });
    const keys = ['AAA', 'ZZZ', '\0', ''].map((last) => [1, { last, first: 'Robert' }] as const);
    for (const [i, key] of keys.entries()) list.set(key, i);
    expect(list.size).toBe(4);
    expect(list.getMany(keys)).toEqual([0, 1, 2, 3]);
    expect([...list.keys()].map(([, { last }]) => last)).toEqual(['', '\0', 'AAA', 'ZZZ']);
  });
});

describe('a codec that uses the arena while it decodes', () => {
  const arena = Arena.create({ bytes: 2 ** 24 });
  let on = true;
  /** Text; `>k` is what another entry holds. */
  const link = (find: (key: string) => string | undefined): Codec<string> => ({
    id: 'link',
    version: 1,
    encode: (v, t, at) => bytes.encode(Buffer.from(v), t, at),
    decode(source, at, length) {
      const first = source[at] as number;
      const target = Buffer.from(source.slice(at + 1, at + length)).toString();
      if (on && first === 62) find(target);
      // Only now: what was lent has to be what it was.
      return Buffer.from(source.slice(at, at + length)).toString();
    },
  });

  test('gets its own bytes: values, by every way to read', () => {
    const list: SkipList<string, string> = SkipList.create(arena, {
      value: link((key) => {
        list.set('other', 'x'.repeat(50));
        [...list.keys({ prefix: 'lo' })];
        return list.get(key);
      }),
    });
    const long = `>${'long'.repeat(400)}`;
    list.set('a', '>b').set('b', '>long').set('long', long).set('other', 'OTHER');
    const snapshot = list.snapshot();
    for (const view of [list, snapshot]) {
      expect(view.get('a')).toBe('>b');
      expect(view.get('long')).toBe(long);
      expect(view.getMany(['a', 'b', 'long'])).toEqual(['>b', '>long', long]);
      expect([...view.entries({ lte: 'long' })].map(([, value]) => value)).toEqual([
        '>b',
        '>long',
        long,
      ]);
      const seen: string[] = [];
      view.scan({ lte: 'b' }, (_, value) => void seen.push(value));
      expect(seen).toEqual(['>b', '>long']);
      const cursor = view.cursor({ lte: 'b' });
      expect(cursor.next() && cursor.value).toBe('>b');
      expect(cursor.next() && cursor.value).toBe('>long');
      expect(view.first()).toEqual(['a', '>b']);
    }
    snapshot.close();
  });

  test('may move the cursor that asks it', () => {
    let moved = 0;
    const list: SkipList<string, string> = SkipList.create(arena, {
      value: link(() => {
        cursor.next();
        moved++;
      }),
    });
    const cursor = list.cursor();
    for (let n = 0; n < 20; n++) list.set(`k${n % 10}`, n % 10 === 0 ? `>${n}` : `v${n}`);
    cursor.next();
    expect([cursor.value, cursor.key, moved]).toEqual(['>10', 'k1', 1]);
    expect([cursor.value, cursor.next(), cursor.value]).toEqual(['v11', true, 'v12']);
  });

  test('gets its own bytes: keys', () => {
    const list: SkipList<string, number> = SkipList.create(arena, {
      ...values<number>(),
      key: link((key) => void list.get(key) as undefined),
    });
    const keys = ['>a', '>b', `>${'c'.repeat(40)}`];
    for (const [i, key] of keys.entries()) list.set(key, i);
    expect([...list.keys()]).toEqual(keys);
    expect(list.last()?.[0]).toBe(keys[2]);
  });

  test('one that throws changes nothing, and ends the iteration', () => {
    on = false;
    let failing = true;
    const list = SkipList.create(arena, {
      value: {
        ...utf8,
        id: 'fails',
        decode(source: Uint8Array, at: number, length: number) {
          if (failing) throw new RangeError('mine');
          return utf8.decode(source, at, length);
        },
      },
    });
    list.set('a', 'x');
    const entries = list.entries();
    const cursor = list.cursor();
    const calls = [
      () => list.get('a'),
      () => list.getMany(['a']),
      () => list.first(),
      () => entries.next(),
      () => cursor.value,
    ];
    expect([cursor.next(), cursor.key]).toEqual([true, 'a']);
    for (const call of calls) expect(call).toThrow('mine');
    failing = false;
    expect(entries.next().done).toBe(true);
    expect(cursor.value).toBe('x');
    expect(list.get('a')).toBe('x');
    expect(arena.verify().ok).toBe(true);
  });
});

describe('what is no key', () => {
  const list = SkipList.create(Arena.create({ bytes: 2 ** 24 }));

  test('text in the place of keys is not read as its characters', () => {
    list.set('a', 1);
    expect(codeOf(() => list.getMany('abc'))).toBe('INVALID_TYPE');
    expect(codeOf(() => list.writeBatch('' as never))).toBe('INVALID_TYPE');
  });

  test('a key that is too long in any encoding is refused before it is encoded', () => {
    const long = 'k'.repeat(2 ** 24);
    const pairs = SkipList.create(Arena.create({ bytes: 2 ** 22 }), { key: tuple(u32, utf8) });
    const blobs = SkipList.create(Arena.create({ bytes: 2 ** 22 }), { key: bytes });
    for (const call of [
      () => list.get(long),
      () => list.set(long, 1),
      () => list.getMany([long]),
      () => list.floor(long),
      () => list.keys({ prefix: long }),
      () => list.writeBatch([{ type: 'delete', key: long }]),
      () => pairs.get([1, long]),
      () => pairs.keys({ prefix: [1, long] }),
      () => blobs.get(new Uint8Array(2 ** 24)),
    ]) {
      expect(codeOf(call)).toBe('KEY_TOO_LARGE');
    }
  });

  test('a refused value leaves the list as it was', () => {
    expect(codeOf(() => list.set('a', NaN))).toBe('INVALID_TYPE');
    expect(codeOf(() => list.set('a', new Map()))).toBe('INVALID_TYPE');
    expect(list.get('a')).toBe(1);
    expect(json.id).toBe('json');
  });
});
