// One thread: what each method of a list returns, and what it leaves alone.

import type { Arena } from '@x/shm-arena';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SkipList } from '../src/index.ts';
import { freshArena, userKey, values } from './support.ts';

let arena: Arena;
beforeEach(() => {
  arena = freshArena();
});
afterEach(() => arena.detach());

describe('reading and writing', () => {
  test('getOrInsert tells what is there', () => {
    const list = SkipList.create(arena, values<number>());
    expect(list.getOrInsert('a', 1)).toBe(1);
    expect(list.getOrInsert('a', 2)).toBe(1);
    list.delete('a');
    expect(list.getOrInsert('a', 3)).toBe(3);
    expect(list.get('a')).toBe(3);
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
