import { describe, expect, it } from 'vitest';
import { KEYS, type Keys } from '../src/keys.ts';
import { ascending, generator, keysOf, mix, shuffled, zipf } from '../src/random.ts';
import { kept, type Run } from '../src/results.ts';
import { subjectsAt } from '../src/run.ts';
import { pairwise, spread } from '../src/stats.ts';
import { suitesOf } from '../src/suites/index.ts';
import { fill, tableOf, tablesOf } from '../src/table.ts';
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

  it('draws low ranks often, by the law that YCSB has', () => {
    const [count, draws] = [1_000, 100_000];
    const rank = zipf(count, generator(11));
    const times = new Uint32Array(count);
    for (let i = 0; i < draws; i++) times[rank()]!++;
    const whole = ascending(count).reduce((sum, at) => sum + (at + 1) ** -0.99, 0);
    for (const at of [0, 1, 9, 99]) {
      const expected = (draws * (at + 1) ** -0.99) / whole;
      const away = Math.abs(times[at]! - expected);
      expect(away, `rank ${at}, seed 11`).toBeLessThan(5 * Math.sqrt(expected));
    }
    expect(times.filter((n) => n > 0).length).toBeGreaterThan(0.9 * count);
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

describe('runs side by side', () => {
  const run = (size: number, value: number): Run => ({
    ...{ size, rounds: 1, seed: 1, date: '2026-01-02T00:00:00.000Z', machine: 'a machine' },
    ...{ versions: {}, samples: { masstree: { get: [value] } }, ratios: [], limits: [] },
    checksums: {},
  });
  const older = [run(1_000, 1), run(10_000, 2), run(1_000_000, 3)];
  const [sized] = suitesOf('sizes');
  const [plain] = suitesOf('skiplist-reads');

  it('stay beside a new one, but for that of its size', () => {
    expect(kept(sized!, older, 10_000).map(({ size }) => size)).toEqual([1_000, 1_000_000]);
    expect(kept(plain!, older, 10_000)).toEqual(older);
    expect(kept(plain!, [...older, ...older], 7)).toHaveLength(4);
  });

  it('stand in one table, the smallest first', () => {
    const table = tablesOf(sized!, older.toReversed());
    const rows = table.split('\n').filter((line) => /^\| [\d ]+ \| \d/.test(line));
    expect(rows).toEqual(['| 1 000 | 1 |', '| 10 000 | 2 |', '| 1 000 000 | 3 |']);
    for (const { title } of sized!.metrics) expect(table).toContain(title);
    expect(table.match(/a machine/g)).toHaveLength(older.length);
  });

  it('have a column for each map that was measured at one of them', () => {
    const more = { ...run(100_000, 4), samples: { Map: { get: [5] } } };
    const [, table] = tablesOf(sized!, [...older, more]).split('| get, ns ');
    expect(table!.split('\n\n')[0]!.split('\n').slice(0, 6)).toEqual([
      '| masstree | Map |',
      '| --- | ---: | ---: |',
      '| 1 000 | 1 | – |',
      '| 10 000 | 2 | – |',
      '| 100 000 | – | 5 |',
      '| 1 000 000 | 3 | – |',
    ]);
  });

  it('leave out what would take minutes', () => {
    const names = (size: number) => subjectsAt(sized!, size).map(({ name }) => name);
    expect(names(1_000_000)).toEqual(sized!.subjects.map(({ name }) => name));
    const slow = names(1_000_000).filter((name) => !names(1_000_001).includes(name));
    expect(slow).toEqual(['sharedmap', 'immutable', 'Map by messages']);
  });

  it('have, for workers, a column for each number and a row for each that was measured', () => {
    const [suite] = suitesOf('workers');
    const samples = { 'lmdb, 1': { get: [4] }, 'lmdb, 4': { get: [7] }, 'Map, 2': { get: [5] } };
    const table = tableOf(suite!, { ...run(1_000, 1), samples });
    expect(table.split('\n\n')[0]!.split('\n')).toEqual([
      '| get, ns; workers: | 1 | 2 | 4 |',
      '| --- | ---: | ---: | ---: |',
      '| lmdb | 4 | – | 7 |',
      '| Map | – | 5 | – |',
    ]);
    expect(table).not.toContain('set, ns');
  });
});
