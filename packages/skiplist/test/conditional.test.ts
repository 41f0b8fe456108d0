// Writes under a condition, and clear: what they answer, and that real workers lose no step.

import type { Arena } from '@x/shm-arena';
import { bytes, u32 } from '@x/shm-arena/codec';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SkipList } from '../src/index.ts';
import {
  Control,
  codeOf,
  content,
  finished,
  freshArena,
  seed,
  start,
  userKey,
  values,
} from './support.ts';

let arena: Arena;
let list: SkipList<string, number>;
beforeEach(() => {
  arena = freshArena();
  list = SkipList.create(arena, { name: 'list', value: u32 });
});
afterEach(() => arena.detach());

describe('compareAndSet', () => {
  test('writes over the value that is expected, and over no other', () => {
    expect(list.compareAndSet('a', 1, 2)).toBe(false);
    expect(list.compareAndSet('a', undefined, 1)).toBe(true);
    expect(list.compareAndSet('a', undefined, 2)).toBe(false);
    expect(list.compareAndSet('a', 2, 3)).toBe(false);
    expect(list.compareAndSet('a', 1, 3)).toBe(true);
    expect(list.get('a')).toBe(3);
    list.delete('a');
    expect(list.compareAndSet('a', 3, 4)).toBe(false);
    expect(list.compareAndSet('a', undefined, 5)).toBe(true);
    expect(list.stats()).toMatchObject({ entries: 4, live: 1 });
  });

  test('finds the value in a frozen list, and the counts stay right', () => {
    list.set('a', 1).set('b', 2).seal();
    list.delete('b');
    list.seal();
    expect(list.compareAndSet('a', 2, 3)).toBe(false);
    expect(list.compareAndSet('a', 1, 3)).toBe(true);
    expect(list.compareAndSet('a', 1, 4)).toBe(false);
    expect(list.compareAndSet('b', 2, 4)).toBe(false);
    expect(list.insert('b', 5)).toBe(true);
    expect(content(list)).toEqual([
      ['a', 3],
      ['b', 5],
    ]);
    expect(list.stats()).toMatchObject({ entries: 2, live: 2 });
    for (const each of list.frozen()) each.destroy();
    expect(list.size).toBe(2);
    expect(list.verify().problems).toEqual([]);
  });

  test('compares every byte of values of any length', () => {
    const blobs = SkipList.create<string, Uint8Array>(arena, { value: bytes });
    for (const length of [0, 1, 7, 8, 9, 15, 16, 17, 64, 65, 1000, 200_000]) {
      const value = Uint8Array.from({ length }, (_, i) => i % 251);
      const key = `k${length}`;
      blobs.set(key, value);
      expect(blobs.compareAndSet(key, Uint8Array.of(...value.slice(0, 20), 1), value)).toBe(false);
      for (const at of [0, length >> 1, length - 1]) {
        if (at < 0 || at >= length) continue;
        const other = value.slice();
        other[at] = other[at]! ^ 128;
        expect(blobs.compareAndSet(key, other, other)).toBe(false);
      }
      expect(blobs.compareAndSet(key, value.slice(), Uint8Array.of(7))).toBe(true);
      expect(blobs.get(key)).toEqual(Uint8Array.of(7));
    }
  });

  test('takes values whose encoding uses the list', () => {
    const json = SkipList.create(arena, values<unknown>());
    const odd = (n: number) => ({
      toJSON: () => {
        json.set('other', n);
        return n;
      },
    });
    json.set('a', 1);
    expect(json.compareAndSet('a', odd(2), odd(3))).toBe(false);
    expect(json.compareAndSet('a', odd(1), odd(3))).toBe(true);
    expect(json.get('a')).toBe(3);
  });
});

describe('update', () => {
  test('writes what the function makes, and deletes for undefined', () => {
    expect(list.update('a', (n) => (n ?? 0) + 1)).toBe(1);
    expect(list.update('a', (n) => (n ?? 0) + 1)).toBe(2);
    expect(list.update('a', () => undefined)).toBe(undefined);
    expect(list.getEntry('a')?.tombstone).toBe(true);
    expect(list.update('a', () => undefined)).toBe(undefined);
    expect(list.update('b', () => undefined)).toBe(undefined);
    expect(list.getEntry('b')).toBe(undefined);
    expect(list.update('a', (n) => n ?? 7)).toBe(7);
    expect(list.stats()).toMatchObject({ entries: 4, live: 1 });
  });

  test('begins again when its key was written meanwhile, whatever was written', () => {
    list.set('a', 1);
    const seen: (number | undefined)[] = [];
    const set = () => list.set('a', 5);
    const meanwhile: (() => unknown)[] = [set, set, () => list.delete('a')];
    meanwhile.push(
      () => list.seal(),
      () => list.set('b', 1),
    );
    const next = list.update('a', (n) => {
      seen.push(n);
      meanwhile.shift()?.();
      return (n ?? 0) + 1;
    });
    expect(seen).toEqual([1, 5, 5, undefined]);
    expect(next).toBe(1);
    expect(list.get('a')).toBe(1);
  });

  test('what the function throws is thrown, and nothing has changed', () => {
    list.set('a', 1);
    const fault = new Error('mine');
    const fails = () => {
      throw fault;
    };
    expect(() => list.update('a', fails)).toThrow(fault);
    expect(() => list.getOrInsertComputed('b', fails)).toThrow(fault);
    expect(() => list.update('a', () => 'x' as unknown as number)).toThrow(TypeError);
    expect(() => list.update('a', 1 as never)).toThrow(TypeError);
    expect(() => list.getOrInsertComputed('a', 1 as never)).toThrow(TypeError);
    expect(content(list)).toEqual([['a', 1]]);
  });

  test('the old value may be changed in place', () => {
    const json = SkipList.create(arena, values<{ hits: number }>());
    json.set('a', { hits: 1 });
    json.update('a', (old) => {
      old!.hits++;
      return old;
    });
    expect(json.get('a')).toEqual({ hits: 2 });
  });
});

test('getOrInsertComputed computes what is absent, with null a value like others', () => {
  const json = SkipList.create(arena, values<number | null>());
  json.set('a', null);
  expect(json.getOrInsertComputed('a', () => 1)).toBe(null);
  const made = json.getOrInsertComputed('b', (key) => {
    json.set(key, 2);
    return 3;
  });
  expect(made).toBe(2);
});

describe('clear', () => {
  test('removes everything at once; snapshots keep what they see', () => {
    list.set('a', 1).set('b', 2);
    list.delete('b');
    const { seq } = list.getEntry('a')!;
    const frozen = list.seal();
    list.set('c', 3);
    const before = list.snapshot();
    list.clear();
    expect(content(list)).toEqual([]);
    expect([list.size, list.count(), list.stats().live, list.stats().entries]).toEqual([
      0, 0, 0, 0,
    ]);
    expect([list.first(), list.last(), list.floor('z'), list.get('a')]).toEqual(
      Array(4).fill(undefined),
    );
    expect(list.getMany(['a', 'c'])).toEqual([undefined, undefined]);
    expect(list.getEntry('b')).toBe(undefined);
    expect([...list.entries({ versions: true, tombstones: true })]).toEqual([]);
    expect(list.frozen()).toEqual([]);
    expect(codeOf(() => frozen.get('a'))).toBe('CLOSED');
    frozen.destroy();
    expect(list.snapshotAt(seq).size).toBe(0);
    expect(list.compareAndSet('a', 1, 2)).toBe(false);
    expect(list.delete('c')).toBe(false);
    expect(list.insert('a', 4)).toBe(true);
    expect(list.getEntry('a')!.seq > before.seq).toBe(true);
    expect(list.size).toBe(1);
    expect(content(before)).toEqual([
      ['a', 1],
      ['c', 3],
    ]);
    before.close();
    expect(list.verify().problems).toEqual([]);
  });

  test('keeps the limits, and is one step for every handle', () => {
    const small = SkipList.create<string, number>(arena, { name: 's', value: u32, maxEntries: 2 });
    const other = SkipList.open<string, number>(arena, 's', { value: u32 });
    for (let round = 0; round < 40; round++) {
      small.set('a', 1).set('b', 2);
      expect(codeOf(() => other.set('c', 3))).toBe('LIMIT_REACHED');
      if (round % 3 === 0) small.seal();
      (round % 2 === 0 ? small : other).clear();
      expect(other.size).toBe(0);
    }
  });

  test('gives the memory back when the last reader has left', () => {
    list.clear();
    arena.recover();
    const { used } = arena.stats();
    for (let n = 0; n < 20_000; n++) list.set(userKey(n), n);
    list.seal();
    list.set('a', 1);
    const before = list.snapshot();
    list.clear();
    arena.recover();
    expect(arena.stats().used).toBeGreaterThan(used);
    expect(before.size).toBe(20_001);
    before.close();
    arena.recover();
    expect(arena.stats().used).toBe(used);
  });
});

describe('real workers', () => {
  test('counters lose no step, while lists are sealed and destroyed', async () => {
    const control = new Control();
    const keys = 3;
    const steps = 3000;
    const jobs = [0, 1, 2].map((index) =>
      start(arena, list, control, index, 'count', { keys, steps }),
    );
    control.go();
    for (let round = 1; round <= 6; round++) {
      await control.reached(jobs[0]!, 0, round * 400);
      list.seal();
    }
    await finished(jobs);
    const sum = [...list.values()].reduce((total, n) => total + n, 0);
    expect(sum).toBe(3 * steps);
    expect(list.size).toBe(keys);
    expect(list.verify().problems).toEqual([]);
  });

  test('each key is deleted by one of them, in frozen lists too', async () => {
    const count = 2000;
    for (let n = 0; n < count; n++) {
      list.set(userKey(n), n);
      if (n === count >> 1) list.seal();
    }
    const control = new Control();
    const jobs = [0, 1, 2].map((index) =>
      start(arena, list, control, index, 'remove', { count, seed: seed + index }),
    );
    control.go();
    const won = (await finished(jobs)) as number[];
    expect(won.reduce((sum, n) => sum + n)).toBe(count);
    expect(list.size).toBe(0);
  });

  test('write on while lists are cleared, and the counts stay exact', async () => {
    const control = new Control();
    const jobs = [0, 1, 2].map((index) =>
      start(arena, list, control, index, 'churn', { keys: 300, seed: seed + index, most: 6000 }),
    );
    control.go();
    for (let round = 0; round < 20; round++) {
      await control.reached(jobs[0]!, 0, round * 50);
      list.clear();
    }
    control.stop();
    await finished(jobs);
    expect(list.size).toBe([...list.keys()].length);
    list.clear();
    expect(list.size).toBe(0);
    expect(list.verify().problems).toEqual([]);
  });
});
