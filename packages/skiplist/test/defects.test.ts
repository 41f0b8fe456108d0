// The defects of the skip list that this one learns from (research/seeds.md A5.3, 1 to 10), each
// with the test that would have found it. They are named after what must hold instead.

import { u32 } from '@x/shm-arena/codec';
import { describe, expect, test } from 'vitest';
import { SkipList } from '../src/index.ts';
import { Control, codeOf, content, finished, freshArena, start, userKey } from './support.ts';

describe('defects of the model that must not come back', () => {
  test('1: a snapshot shows no write that was in flight when it was taken', async () => {
    const arena = freshArena();
    const list = SkipList.create(arena, { value: u32 });
    const control = new Control();
    const jobs = [0, 1, 2].map((index) =>
      start(arena, list, control, index, 'churn', { keys: 200, seed: index + 1 }),
    );
    control.go();
    await control.reached(jobs[0]!, 0, 100);
    for (let round = 0; round < 100; round++) {
      const snapshot = list.snapshot();
      const once = content(snapshot);
      for (let i = 0; i < 20; i++) list.set(userKey(i), round);
      expect(content(snapshot)).toEqual(once);
      for (const [key, value] of once) expect(snapshot.get(key)).toBe(value);
      snapshot.close();
    }
    control.stop();
    await finished(jobs);
    expect(list.verify().problems).toEqual([]);
    arena.detach();
  });

  test('2: a delete does not reach into older snapshots', () => {
    const arena = freshArena();
    const list = SkipList.create(arena, { value: u32 });
    list.set('a', 1).set('b', 2);
    const before = list.snapshot();
    list.delete('a');
    expect(before.get('a')).toBe(1);
    expect(content(before)).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    expect(content(list)).toEqual([['b', 2]]);
    before.close();
    arena.detach();
  });

  test('3: upper levels stay in order under racing inserts', async () => {
    const arena = freshArena();
    const list = SkipList.create(arena, { value: u32 });
    const control = new Control();
    const count = 4000;
    const jobs = [0, 1, 2, 3].map((index) =>
      start(arena, list, control, index, 'fill', { from: index, step: 4, count: count / 4 }),
    );
    control.go();
    await finished(jobs);
    expect(list.verify().problems).toEqual([]);
    // A search that a disordered level leads astray misses keys.
    for (let n = 0; n < count; n++) expect(list.get(userKey(n))).toBe(n);
    expect(content(list)).toEqual(Array.from({ length: count }, (_, n) => [userKey(n), n]));
    arena.detach();
  });

  test('4: the first tall node is linked at the new levels', () => {
    const arena = freshArena();
    const list = SkipList.create(arena, { value: u32 });
    for (let n = 0; n < 4096; n++) list.set(userKey(n), n);
    // One in four towers rises a level: 4 096 entries without one of height 3 do not happen.
    expect(list.stats().height).toBeGreaterThanOrEqual(3);
    // `verify` walks each level from the head and counts the towers that should be there.
    expect(list.verify().problems).toEqual([]);
    arena.detach();
  });

  test('a batch into an empty list builds towers as high as single writes do', () => {
    const arena = freshArena();
    const count = 8192;
    const heightAfter = (fill: (list: SkipList<number, number>) => void) => {
      const list = SkipList.create(arena, { key: u32, value: u32 });
      fill(list);
      expect(list.verify().problems).toEqual([]);
      return list.stats().height;
    };
    const operations = Array.from({ length: count }, (_, key) => ({
      ...{ type: 'set' as const, key, value: key },
    }));
    const batch = (list: SkipList<number, number>) => list.writeBatch(operations);
    // Of 8 192 towers none is 7 high once in 2^92 runs.
    expect(heightAfter(batch)).toBeGreaterThanOrEqual(7);
    const sealed = (list: SkipList<number, number>) => {
      batch(list);
      list.seal();
      batch(list);
    };
    expect(heightAfter(sealed)).toBeGreaterThanOrEqual(7);
    arena.detach();
  });

  test('5: a lost race wastes no memory', async () => {
    const arena = freshArena();
    const list = SkipList.create(arena, { value: u32 });
    const control = new Control();
    const count = 3000;
    const jobs = [0, 1, 2, 3].map((index) =>
      start(arena, list, control, index, 'race', { count, seed: index + 7 }),
    );
    control.go();
    const won = (await finished(jobs)) as number[];
    expect(won.reduce((sum, n) => sum + n)).toBe(count);
    expect(list.stats().entries).toBe(count);
    // Four threads, each with chunks of 1, 2, 4 pages: at most what one thread needs for all.
    const alone = SkipList.create(arena, { value: u32 });
    for (let n = 0; n < count; n++) alone.insert(userKey(n), n);
    expect(list.stats().bytes).toBeLessThanOrEqual(4 * alone.stats().bytes);
    arena.detach();
  });

  test('6: sealing works while others hold and write the list', async () => {
    const arena = freshArena();
    const list = SkipList.create(arena, { value: u32 });
    const control = new Control();
    const count = 2000;
    const jobs = [0, 1, 2].map((index) =>
      start(arena, list, control, index, 'fill', { from: index * count, count }),
    );
    control.go();
    for (let round = 1; round <= 4; round++) {
      await control.reached(jobs[0]!, 0, round * 300);
      list.seal();
    }
    await finished(jobs);
    const keys = list.frozen().flatMap((frozen) => [...frozen.keys()]);
    expect(list.frozen().length).toBe(4);
    expect(list.count()).toBe(3 * count);
    expect(new Set(keys).size).toBe(keys.length);
    arena.detach();
  });

  test('7: a fresh cursor stands on no entry, and its loop yields no empty one', () => {
    const arena = freshArena();
    const list = SkipList.create(arena, { value: u32 });
    list.set('', 0).set('a', 1);
    const cursor = list.cursor();
    expect(cursor.valid).toBe(false);
    expect(cursor.key).toBe(undefined);
    const seen = [];
    while (cursor.next()) seen.push([cursor.key, cursor.value]);
    expect(seen).toEqual([
      ['', 0],
      ['a', 1],
    ]);
    cursor.close();
    arena.detach();
  });

  test('8: statistics are counted, not guessed', () => {
    const arena = freshArena();
    const list = SkipList.create(arena);
    const sizes = { keyBytes: 0, valueBytes: 0 };
    for (let n = 0; n < 200; n++) {
      const key = 'k'.repeat(n % 40) + n;
      const value = 'v'.repeat((n * 7) % 90);
      list.set(key, value);
      sizes.keyBytes += key.length;
      sizes.valueBytes += JSON.stringify(value).length;
    }
    list.delete('k');
    expect(list.stats()).toMatchObject({ entries: 201, live: 200 });
    expect(list.measure()).toEqual({
      ...{ entries: 201, tombstones: 1 },
      ...{ keyBytes: sizes.keyBytes + 1, valueBytes: sizes.valueBytes },
    });
    arena.detach();
  });

  test('9: threads and lists come and go at the same place without mixing up shards', async () => {
    const arena = freshArena({ participants: 4 });
    for (let life = 0; life < 2; life++) {
      const list = SkipList.create(arena, { name: 'here', value: u32 });
      for (let thread = 0; thread < 6; thread++) {
        const control = new Control();
        const jobs = [start(arena, list, control, 0, 'fill', { from: thread * 50, count: 50 })];
        control.go();
        await finished(jobs);
        arena.recover();
      }
      expect([...list.keys()]).toEqual(Array.from({ length: 300 }, (_, n) => userKey(n)));
      expect(list.size).toBe(300);
      list.destroy();
    }
    arena.detach();
  });

  test('10: a limit on entries counts versions: delete and insert do not get round it', () => {
    const arena = freshArena();
    const list = SkipList.create(arena, { value: u32, maxEntries: 10 });
    for (let n = 0; n < 5; n++) {
      list.insert('a', n);
      list.delete('a');
    }
    expect(list.size).toBe(0);
    expect(codeOf(() => list.insert('a', 5))).toBe('LIMIT_REACHED');
    expect(codeOf(() => list.delete('a'))).toBe('LIMIT_REACHED');
    expect(list.stats().entries).toBe(10);
    arena.detach();
  });
});
