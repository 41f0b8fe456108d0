// One thread: what each method of a list returns, and what it leaves alone.

import type { Arena } from '@x/shm-arena';
import { bytes, f64, json, u32 } from '@x/shm-arena/codec';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keyLengths, sortedKeys, valueLengths } from '../../shm-arena/test/shared/codecs.ts';
import { SkipList } from '../src/index.ts';
import { content, freshArena, userKey, values } from './support.ts';

let arena: Arena;
beforeEach(() => {
  arena = freshArena();
});
afterEach(() => arena.detach());

describe('reading and writing', () => {
  test('a key has the value set last', () => {
    const list = SkipList.create(arena, values<number>());
    expect(list.get('a')).toBe(undefined);
    expect(list.has('a')).toBe(false);
    expect(list.set('a', 1)).toBe(list);
    list.set('a', 2).set('b', 3);
    expect(list.get('a')).toBe(2);
    expect(list.has('a')).toBe(true);
    expect(list.size).toBe(2);
    expect(content(list)).toEqual([
      ['a', 2],
      ['b', 3],
    ]);
  });

  test('a deleted key is gone, and may come back', () => {
    const list = SkipList.create(arena, values<number>());
    expect(list.delete('a')).toBe(false);
    expect(list.size).toBe(0);
    list.set('a', 1);
    expect(list.delete('a')).toBe(true);
    expect(list.delete('a')).toBe(false);
    expect(list.get('a')).toBe(undefined);
    expect(list.has('a')).toBe(false);
    expect(list.size).toBe(0);
    expect(list.insert('a', 2)).toBe(true);
    expect(list.insert('a', 3)).toBe(false);
    expect(list.get('a')).toBe(2);
    expect(list.size).toBe(1);
  });

  test('getOrInsert tells what is there', () => {
    const list = SkipList.create(arena, values<number>());
    expect(list.getOrInsert('a', 1)).toBe(1);
    expect(list.getOrInsert('a', 2)).toBe(1);
    list.delete('a');
    expect(list.getOrInsert('a', 3)).toBe(3);
    expect(list.get('a')).toBe(3);
  });

  test('getMany answers in the order of the keys, from any iterable, in any number', () => {
    const list = SkipList.create<string, number>(arena, { value: u32 });
    for (let n = 0; n < 3000; n += 2) list.set(userKey(n), n);
    const keys = Array.from({ length: 3000 }, (_, n) => userKey((n * 7) % 3000));
    const expected = keys.map((key) =>
      Number(key.slice(5)) % 2 ? undefined : Number(key.slice(5)),
    );
    expect(list.getMany(keys)).toEqual(expected);
    expect(list.getMany(new Set(keys))).toEqual(expected);
    expect(list.getMany([])).toEqual([]);
    expect(list.getMany(['user:00000000000', 'user:00000000000'])).toEqual([0, 0]);
  });

  test('getEntry shows the sequence number and the tombstone', () => {
    const list = SkipList.create(arena, values<number>());
    list.set('a', 1);
    const one = list.getEntry('a');
    list.set('b', 1);
    list.delete('a');
    const two = list.getEntry('a');
    expect(one).toMatchObject({ value: 1, tombstone: false });
    expect(two).toEqual({ seq: two!.seq, tombstone: true });
    expect(two!.seq > list.getEntry('b')!.seq).toBe(true);
    expect(list.getEntry('b')!.seq > one!.seq).toBe(true);
    expect(list.getEntry('c')).toBe(undefined);
  });
});

describe('keys and values of every size', () => {
  test.each(keyLengths)('a key of %i bytes', (length) => {
    const list = SkipList.create<Uint8Array, number>(arena, { key: bytes, value: u32 });
    const key = Uint8Array.from({ length }, (_, i) => i % 251);
    const longer = Uint8Array.from([...key.subarray(0, 65_535), 0]);
    list.set(key, length).set(longer, 1);
    expect(list.get(key)).toBe(longer.length === key.length && key[length - 1] === 0 ? 1 : length);
    expect(list.get(longer)).toBe(1);
    expect([...list.keys()].length).toBe(list.size);
    expect(list.getMany([key])[0]).toBe(list.get(key));
  });

  test.each(valueLengths)('a value of %i bytes', (length) => {
    const list = SkipList.create<string, Uint8Array>(arena, { value: bytes });
    const value = Uint8Array.from({ length }, (_, i) => i * 7);
    list.set('a', value).set('b', new Uint8Array(3));
    expect(Buffer.compare(list.get('a') as Uint8Array, value)).toBe(0);
    expect(Buffer.compare(list.getMany(['b', 'a'])[1] as Uint8Array, value)).toBe(0);
    const scanned = content(list);
    expect(scanned.map(([key, each]) => [key, each.length])).toEqual([
      ['a', length],
      ['b', 3],
    ]);
    expect(Buffer.compare(scanned[0]![1], value)).toBe(0);
    expect(list.last()![1].length).toBe(3);
    list.writeBatch([{ type: 'set', key: 'c', value }]);
    expect(list.get('c')!.length).toBe(length);
  });

  test('a key and a value that both move scratch', () => {
    const list = SkipList.create<Uint8Array, Uint8Array>(arena, { key: bytes, value: bytes });
    for (const size of [60_000, 200_000, 900_000]) {
      const key = Uint8Array.from({ length: size }, (_, i) => i % 253);
      const value = Uint8Array.from({ length: size * 2 }, (_, i) => i % 241);
      list.set(key, value);
      expect(Buffer.compare(list.get(key) as Uint8Array, value)).toBe(0);
      expect(list.insert(key, value)).toBe(false);
      expect(Buffer.compare(list.getOrInsert(key, key), value)).toBe(0);
      expect(list.count({ gte: key, lte: key })).toBe(1);
      expect(list.floor(key)?.[1].length).toBe(size * 2);
    }
    expect(list.getMany([...list.keys()]).map((value) => value?.length)).toHaveLength(3);
    expect(list.verify().problems).toEqual([]);
  });

  test('every codec, in its order', () => {
    for (const [key, keys] of sortedKeys) {
      const list = SkipList.create<any, any>(arena, { key, value: json });
      [...keys].reverse().forEach((each) => list.set(each, { each: String(each) }));
      expect([...list.keys()]).toEqual(keys);
      expect(list.getMany(keys)).toEqual(keys.map((each) => ({ each: String(each) })));
      for (const each of keys) expect(list.get(each)).toEqual({ each: String(each) });
      list.destroy();
    }
  });

  test('minus zero is zero as a key', () => {
    const list = SkipList.create<number, number>(arena, { key: f64, value: f64 });
    list.set(-0, 1);
    expect(list.get(0)).toBe(1);
    list.set(1, -0);
    expect(Object.is(list.get(1), -0)).toBe(true);
  });
});

describe('handles', () => {
  test('create, open, openOrCreate and attach give the same list', () => {
    const list = SkipList.create(arena, { ...values<number>(), name: 'prices' });
    list.set('a', 1);
    expect(SkipList.open(arena, 'prices').get('a')).toBe(1);
    expect(SkipList.openOrCreate(arena, { name: 'prices' }).get('a')).toBe(1);
    const handle = structuredClone(list.handle);
    expect(SkipList.attach(arena, handle).get('a')).toBe(1);
    expect(SkipList.openOrCreate(arena, { name: 'other' }).get('a')).toBe(undefined);
    expect(
      arena
        .structures()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['other', 'prices']);
  });

  test('a destroyed name may be used again, and old handles do not see the new list', () => {
    const list = SkipList.create(arena, { ...values<number>(), name: 'prices' });
    const second = SkipList.open(arena, 'prices', values<number>());
    list.set('a', 1);
    list.destroy();
    const fresh = SkipList.create(arena, { ...values<number>(), name: 'prices' });
    expect(fresh.get('a')).toBe(undefined);
    expect(() => second.get('a')).toThrow(expect.objectContaining({ code: 'CLOSED' }));
    expect(() => SkipList.attach(arena, list.handle)).toThrow(
      expect.objectContaining({ code: 'CLOSED' }),
    );
  });

  test('closing is mine alone, and harmless twice', () => {
    const list = SkipList.create(arena, { ...values<number>(), name: 'prices' });
    const second = SkipList.open(arena, 'prices', values<number>());
    list.set('a', 1);
    list.close();
    list.close();
    list[Symbol.dispose]();
    expect(() => list.get('a')).toThrow(expect.objectContaining({ code: 'CLOSED' }));
    expect(second.get('a')).toBe(1);
  });

  test('SkipList is no constructor', () => {
    const Misused = SkipList as unknown as new (arena: Arena) => unknown;
    expect(() => new Misused(arena)).toThrow(/create/);
  });

  test('a list is an instance of SkipList, but not of Map', () => {
    const list: unknown = SkipList.create(arena);
    expect(list).toBeInstanceOf(SkipList);
    expect(list).not.toBeInstanceOf(Map);
  });
});

describe('statistics', () => {
  test('stats counts versions, live keys and bytes, list by list', () => {
    const list = SkipList.create(arena, {
      ...values<number>(),
      maxBytes: 2 ** 20,
      maxEntries: 1000,
    });
    list.set('a', 1).set('a', 2).set('b', 1).delete('b');
    const first = list.stats();
    expect(first).toMatchObject({ entries: 4, live: 1, maxBytes: 2 ** 20, maxEntries: 1000 });
    expect(first.bytes).toBeGreaterThan(0);
    expect(first.frozen).toEqual([]);
    const frozen = list.seal();
    list.set('c', 1);
    const second = list.stats();
    expect(second).toMatchObject({ entries: 1, live: 1 });
    expect(second.frozen).toHaveLength(1);
    expect(second.frozen[0]).toMatchObject({ entries: 4, live: 1 });
    expect(frozen.stats()).toEqual(second.frozen[0]);
    expect(second.seq > first.seq).toBe(true);
  });

  test('onPressure is called once per active list, at 90 %', () => {
    const calls: number[] = [];
    const list = SkipList.create(arena, {
      ...values<number>(),
      maxEntries: 20,
      onPressure: ({ entries, maxEntries }) => {
        calls.push(entries);
        expect(maxEntries).toBe(20);
      },
    });
    for (let n = 0; n < 17; n++) list.set(userKey(n), n);
    expect(calls).toEqual([]);
    for (let n = 17; n < 20; n++) list.set(userKey(n), n);
    expect(calls).toEqual([18]);
    list.seal();
    for (let n = 0; n < 18; n++) list.set(userKey(n), n);
    expect(calls).toEqual([18, 18]);
  });

  test('onPressure may seal', () => {
    let seals = 0;
    const list: SkipList<string, number> = SkipList.create(arena, {
      ...values<number>(),
      maxEntries: 10,
      onPressure: () => {
        list.seal();
        seals++;
      },
    });
    for (let n = 0; n < 90; n++) list.set(userKey(n), n);
    expect(seals).toBe(10);
    expect(list.frozen()).toHaveLength(10);
    expect(list.size).toBe(90);
  });
});
