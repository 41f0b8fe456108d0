import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Codec } from '@x/shm-arena';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SortedTable, type TableEntry, writeTable } from '../src/sstable.ts';

const text: Codec<string> = {
  id: 'text',
  version: 1,
  encode: (value, target, at) => {
    const bytes = Buffer.from(value);
    target.set(bytes.subarray(0, target.length - at), at);
    return bytes.length;
  },
  decode: (source, at, length) => Buffer.from(source).toString('utf8', at, at + length),
};
const codecs = { key: text, value: text };

let folder = '';
let path = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sstable-test-'));
  path = join(folder, 'table');
});
afterEach(() => rmSync(folder, { recursive: true }));

function entriesOf(count: number): TableEntry<string, string>[] {
  return Array.from({ length: count }, (_, i) => {
    const key = `key${String(i * 2).padStart(6, '0')}`;
    if (i % 7 === 3) return { key, tombstone: true };
    return { key, value: 'v'.repeat(i % 300), tombstone: false };
  });
}

test.each([0, 1, 2, 1000])('a table of %i entries is read back as it was written', (count) => {
  const entries = entriesOf(count);
  expect(writeTable(path, entries, codecs).entries).toBe(count);
  using table = new SortedTable(path, codecs);
  expect(table.size).toBe(count);
  expect([...table.entries()]).toEqual(entries);
});

test('single keys are found, tombstones too, and keys between, before and behind are not', () => {
  const entries = entriesOf(1000);
  writeTable(path, entries, codecs);
  using table = new SortedTable(path, codecs);
  for (const entry of entries) {
    expect(table.get(entry.key)).toEqual(entry);
    expect(table.get(`${entry.key}!`)).toBeUndefined();
  }
  expect(table.get('')).toBeUndefined();
  expect(table.get('z')).toBeUndefined();
});

test('a value longer than a block and than the first buffer survives', () => {
  const entry = { key: 'k'.repeat(1000), value: 'x'.repeat(100_000), tombstone: false };
  writeTable(path, [entry], codecs);
  using table = new SortedTable(path, codecs);
  expect(table.get(entry.key)).toEqual(entry);
});

test('an existing file is not overwritten', () => {
  writeFileSync(path, 'precious');
  expect(() => writeTable(path, [], codecs)).toThrow('EEXIST');
  expect(readFileSync(path, 'utf8')).toBe('precious');
});

test('every flipped byte is noticed', () => {
  writeTable(path, entriesOf(12), codecs);
  const good = readFileSync(path);
  const damaged = join(folder, 'damaged');
  for (let at = 0; at < good.length; at++) {
    const bad = Buffer.from(good);
    bad[at] ^= 1;
    writeFileSync(damaged, bad);
    expect(() => {
      using table = new SortedTable(damaged, codecs);
      if ([...table.entries()].length !== table.size) throw new Error('wrong number of entries');
    }, `byte ${at}`).toThrow();
  }
});

test('a file that was cut short is refused', () => {
  writeTable(path, entriesOf(40), codecs);
  const good = readFileSync(path);
  for (const length of [0, 10, good.length - 1]) {
    writeFileSync(path, good.subarray(0, length));
    expect(() => new SortedTable(path, codecs)).toThrow();
  }
});
