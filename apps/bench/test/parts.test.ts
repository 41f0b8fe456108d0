import { describe, expect, it } from 'vitest';
import { KEYS, type Keys } from '../src/keys.ts';
import { ascending, generator, keysOf, mix, shuffled } from '../src/random.ts';
import { pairwise, spread } from '../src/stats.ts';
import { fill } from '../src/table.ts';
import { VALUES, type Values } from '../src/values.ts';

describe('data', () => {
  it('is the same for the same seed and another for another', () => {
    expect(shuffled(100, 5)).toEqual(shuffled(100, 5));
    expect(shuffled(100, 5)).not.toEqual(shuffled(100, 6));
    expect(generator(1)()).not.toBe(generator(2)());
  });

  it('shuffles all numbers and loses none', () => {
    expect(shuffled(1000, 3).sort()).toEqual(ascending(1000));
  });

  it('makes keys of 16 characters that order as their numbers', () => {
    const keys = keysOf(Uint32Array.of(0, 9, 10, 123_456, 4_294_967_295));
    expect(keys[0]).toBe('user:00000000000');
    expect(keys[4]).toBe('user:04294967295');
    expect([...keys].sort()).toEqual(keys);
    expect(keys.every((key) => key.length === 16)).toBe(true);
  });

  it('has a checksum that sees order', () => {
    expect(mix(mix(0, 1), 2)).not.toBe(mix(mix(0, 2), 1));
  });
});

describe.each(Object.entries<Values>(VALUES))('values: %s', (_, { codec, bytes, make, sum }) => {
  it('take as many bytes as they say, and are seen by a checksum', () => {
    const order = Uint32Array.of(0, 7, 123_456, 9_999_999);
    const target = new Uint8Array(256);
    const values = Array.from(make(order));
    const sums = values.map((value) => {
      expect(codec.encode(value, target, 0)).toBe(bytes);
      expect(codec.decode(target, 0, bytes)).toEqual(value);
      return sum(value);
    });
    expect(new Set(sums).size).toBe(order.length);
  });
});

describe.each(Object.entries<Keys>(KEYS))('keys: %s', (name, { codec, bytes, make, sum }) => {
  const order = shuffled(1000, 3);
  const found = make(order);

  it('are the same and new at each call, and fit', () => {
    const target = new Uint8Array(256);
    expect(make(order)).toEqual(found);
    for (const key of found) {
      const length = codec.encode(key, target, 0);
      expect(length).toBeLessThanOrEqual(bytes);
      expect(codec.decode(target, 0, length)).toBe(key);
      expect(Number.isInteger(sum(key))).toBe(true);
    }
  });

  it('differ, and but for long ones order as their numbers', () => {
    expect(new Set(found).size).toBe(order.length);
    if (name === 'long') return;
    const inOrder = [...found].sort((a, b) => (a < b ? -1 : 1));
    expect(inOrder).toEqual(make(order.toSorted()));
  });
});

describe('statistics', () => {
  it('finds the median, quartiles and extremes', () => {
    expect(spread([5, 1, 4, 2, 3])).toEqual({ median: 3, q1: 2, q3: 4, min: 1, max: 5 });
    expect(spread([1, 2])).toEqual({ median: 1.5, q1: 1.25, q3: 1.75, min: 1, max: 2 });
    expect(() => spread([])).toThrow(RangeError);
  });

  it('combines samples of the same round', () => {
    expect(pairwise([6, 8], [2, 4], (a, b) => a / b)).toEqual([3, 2]);
    expect(() => pairwise([1], [], (a, b) => a / b)).toThrow(RangeError);
  });
});

describe('tables', () => {
  it('stand between their markers, and everything else stays', () => {
    const page = 'a\n<!-- bench:one -->\nold\n<!-- /bench:one -->\nb\n<!-- bench:x -->\nc';
    const filled = 'a\n<!-- bench:one -->\nTABLE one\n<!-- /bench:one -->\nb\n<!-- bench:x -->\nc';
    expect(fill(page, (name) => `TABLE ${name}`)).toBe(filled);
    expect(fill(filled, (name) => `TABLE ${name}`)).toBe(filled);
  });

  it('are left out while there are no results', () => {
    const page = '<!-- bench:one -->\nold\n<!-- /bench:one -->\n';
    expect(fill(page, () => undefined)).toBe('<!-- bench:one -->\n<!-- /bench:one -->\n');
  });
});
