// Versions, tombstones, sequence numbers, snapshots and batches, in one thread.

import type { Arena } from '@x/shm-arena';
import { u32 } from '@x/shm-arena/codec';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Showing, SkipList, type VersionRange } from '../src/index.ts';
import { callsOf, codeOf, content, freshArena, userKey } from './support.ts';

let arena: Arena;
let list: SkipList<string, number>;
beforeEach(() => {
  arena = freshArena();
  list = SkipList.create(arena, { value: u32 });
});
afterEach(() => arena.detach());

describe('versions', () => {
  test('versions shows every version, the newest first; tombstones shows deletes', () => {
    list.set('a', 1).set('a', 2).delete('a');
    list.set('b', 1);
    list.set('c', 1).delete('c');
    const shape = (range: VersionRange<string> & Showing) =>
      [...list.entries(range)].map(({ key, value, tombstone }) =>
        tombstone ? `-${key}` : `${key}${value}`,
      );
    expect(shape({ versions: true, tombstones: true })).toEqual([
      '-a',
      'a2',
      'a1',
      'b1',
      '-c',
      'c1',
    ]);
    expect(shape({ versions: true })).toEqual(['a2', 'a1', 'b1', 'c1']);
    expect(shape({ tombstones: true })).toEqual(['-a', 'b1', '-c']);
    expect(shape({ versions: true, tombstones: true, prefix: 'a' })).toEqual(['-a', 'a2', 'a1']);
    expect(shape({ versions: true, tombstones: true, reverse: true })).toEqual([
      ...['c1', '-c', 'b1', 'a1', 'a2', '-a'],
    ]);
    expect(shape({ versions: true, tombstones: true, limit: 2 })).toEqual(['-a', 'a2']);
  });

  test('a key with more versions than a batch has room for', () => {
    const count = 5000;
    for (let n = 0; n < count; n++) list.set('a', n);
    list.set('b', 1);
    for (const reverse of [false, true]) {
      const all = [...list.entries({ versions: true, reverse })].filter(({ key }) => key === 'a');
      const rising = Array.from({ length: count }, (_, n) => n);
      expect(all.map(({ value }) => value)).toEqual(reverse ? rising : rising.reverse());
    }
    expect(content(list)).toEqual([
      ['a', count - 1],
      ['b', 1],
    ]);
    expect([...list.entries({ reverse: true })]).toEqual([
      ['b', 1],
      ['a', count - 1],
    ]);
    expect(list.first()).toEqual(['a', count - 1]);
    expect(list.lower('b')).toEqual(['a', count - 1]);
  });

  test('versions are read on, also beyond 65 536 of one key, where the call before ended', () => {
    const count = 70_000;
    list.set('a', 0).set('c', 0);
    for (let n = 0; n < count; n++) list.set('b', n);
    for (const reverse of [false, true]) {
      let read: (number | undefined)[] = [];
      const calls = callsOf(list, 'scan', () => {
        read = [...list.entries({ versions: true, gte: 'b', reverse })].map(({ value }) => value);
      });
      const rising = Array.from({ length: count }, (_, n) => n);
      expect(read).toEqual(reverse ? [0, ...rising] : [...rising.reverse(), 0]);
      expect(calls).toBeLessThan(count / 512);
    }
    expect(callsOf(list, 'scan', () => list.measure())).toBeLessThan(count / 512);
  });

  test('sequence numbers rise along each key and across seal', () => {
    for (let n = 0; n < 50; n++) {
      list.set('a', n);
      if (n % 10 === 9) list.seal();
    }
    const seqs = [...list.entries({ versions: true })].map(({ seq }) => seq);
    expect(seqs).toHaveLength(50);
    for (let i = 1; i < seqs.length; i++) expect(seqs[i - 1]! > seqs[i]!).toBe(true);
  });
});

describe('snapshots', () => {
  test('a snapshot stays, whatever happens to the list', () => {
    for (let n = 0; n < 100; n++) list.set(userKey(n), n);
    const snapshot = list.snapshot();
    const before = content(snapshot);
    for (let n = 0; n < 100; n++) {
      if (n % 3 === 0) list.delete(userKey(n));
      else list.set(userKey(n), n + 1000);
    }
    for (let n = 100; n < 200; n++) list.set(userKey(n), n);
    expect(content(snapshot)).toEqual(before);
    list.seal();
    list.set(userKey(0), 5);
    expect(content(snapshot)).toEqual(before);
    for (const frozen of list.frozen()) frozen.destroy();
    arena.recover();
    expect(content(snapshot)).toEqual(before);
    expect(snapshot.size).toBe(100);
    expect(snapshot.get(userKey(0))).toBe(0);
    expect(snapshot.getEntry(userKey(0))).toMatchObject({ value: 0, tombstone: false });
    expect(snapshot.getMany([userKey(1), userKey(150)])).toEqual([1, undefined]);
    expect(snapshot.last()).toEqual([userKey(99), 99]);
    expect([...snapshot.entries({ versions: true })]).toHaveLength(100);
    expect(content(list)).toEqual([[userKey(0), 5]]);
    snapshot.close();
  });

  test('a closed snapshot says so, also to iterators taken before', () => {
    list.set('a', 1).set('b', 2);
    const snapshot = list.snapshot();
    const iterator = snapshot.entries();
    snapshot.close();
    snapshot.close();
    snapshot[Symbol.dispose]();
    expect(codeOf(() => snapshot.get('a'))).toBe('SNAPSHOT_CLOSED');
    expect(codeOf(() => snapshot.size)).toBe('SNAPSHOT_CLOSED');
    expect(codeOf(() => [...snapshot.entries()])).toBe('SNAPSHOT_CLOSED');
    expect(codeOf(() => iterator.next())).toBe('SNAPSHOT_CLOSED');
    expect(codeOf(() => snapshot.getMany(['a']))).toBe('SNAPSHOT_CLOSED');
    expect(codeOf(() => snapshot.first())).toBe('SNAPSHOT_CLOSED');
  });

  test('snapshotAt shows the list as of any sequence number', () => {
    const steps: [bigint, [string, number][]][] = [];
    for (let n = 0; n < 30; n++) {
      const key = String(n % 7);
      if (n % 5 === 4) list.delete(key);
      else list.set(key, n);
      steps.push([list.getEntry(key)!.seq, content(list)]);
      if (n === 20) list.seal();
    }
    for (const [seq, expected] of steps) {
      const snapshot = list.snapshotAt(seq);
      expect(snapshot.seq).toBe(seq);
      expect(content(snapshot)).toEqual(expected);
      snapshot.close();
    }
    expect(content(list.snapshotAt(0n))).toEqual([]);
    expect(() => list.snapshotAt(-1n)).toThrow(RangeError);
    expect(() => list.snapshotAt(1n << 62n)).toThrow(RangeError);
    expect(() => list.snapshotAt(1 as never)).toThrow(TypeError);
  });

  test('hundreds of snapshots may be open at once', () => {
    const open = [];
    for (let n = 0; n < 300; n++) {
      list.set('a', n);
      open.push(list.snapshot());
    }
    open.forEach((snapshot, n) => expect(snapshot.get('a')).toBe(n));
    for (const snapshot of open) snapshot.close();
    expect(arena.stats().pinned.oldest).toBe(undefined);
  });

  test('of more stacks than the thread has leases, closed in any order', () => {
    const open = [];
    for (let n = 0; n < 25; n++) {
      list.set('a', n);
      open.push(list.snapshot(), list.snapshot());
      list.seal();
    }
    for (const frozen of list.frozen()) frozen.destroy();
    arena.recover();
    open.forEach((snapshot, n) => expect(snapshot.get('a')).toBe(n >> 1));
    for (let n = 0; n < open.length; n++) open[(n * 7) % open.length]!.close();
    expect(arena.stats().pinned.oldest).toBe(undefined);
    arena.recover();
    expect(arena.stats().pinned.bytes).toBe(0);
    list.snapshot().close();
    expect(arena.stats().pinned.oldest).toBe(undefined);
  });

  test('closing the list closes its snapshots', () => {
    list.set('a', 1);
    const snapshot = list.snapshot();
    list.close();
    expect(codeOf(() => snapshot.get('a'))).toBe('SNAPSHOT_CLOSED');
    expect(arena.stats().pinned.oldest).toBe(undefined);
  });
});

describe('batches', () => {
  test('a batch has one sequence number and is written in order', () => {
    list.set('c', 1);
    const result = list.writeBatch([
      { type: 'set', key: 'b', value: 1 },
      { type: 'insert', key: 'c', value: 2 },
      { type: 'delete', key: 'c' },
      { type: 'insert', key: 'c', value: 3 },
      { type: 'set', key: 'a', value: 4 },
      { type: 'set', key: 'a', value: 5 },
      { type: 'insert', key: 'a', value: 6 },
      { type: 'delete', key: 'zz' },
    ]);
    expect(result).toEqual({
      written: 6,
      failed: [
        { index: 1, reason: 'exists' },
        { index: 6, reason: 'exists' },
      ],
    });
    expect(content(list)).toEqual([
      ['a', 5],
      ['b', 1],
      ['c', 3],
    ]);
    const seqs = new Set(['a', 'b', 'c', 'zz'].map((key) => list.getEntry(key)?.seq));
    expect(seqs.size).toBe(1);
    expect(list.size).toBe(3);
    expect(list.verify().problems).toEqual([]);
  });

  test('an empty batch, and one in which everything fails', () => {
    expect(list.writeBatch([])).toEqual({ written: 0, failed: [] });
    list.set('a', 1);
    expect(list.writeBatch([{ type: 'insert', key: 'a', value: 2 }])).toEqual({
      ...{ written: 0, failed: [{ index: 0, reason: 'exists' }] },
    });
    expect(list.get('a')).toBe(1);
    expect(list.stats().entries).toBe(1);
  });

  test('one key written again and again in one batch: the last one counts', () => {
    const operations = Array.from({ length: 3000 }, (_, n) => ({
      ...{ type: 'set' as const, key: 'a', value: n },
    }));
    expect(list.writeBatch(operations)).toEqual({ written: 3000, failed: [] });
    expect(list.get('a')).toBe(2999);
    expect(list.size).toBe(1);
    const versions = [...list.entries({ versions: true })];
    expect(versions).toHaveLength(list.stats().entries);
    expect(versions[0]).toMatchObject({ key: 'a', value: 2999 });
    const backwards = [...list.entries({ versions: true, reverse: true })];
    expect(backwards).toEqual([...versions].reverse());
  });

  test('a large batch, larger than scratch', () => {
    const operations = Array.from({ length: 20_000 }, (_, n) => ({
      ...{ type: 'set' as const, key: userKey((n * 7) % 20_000), value: n },
    }));
    expect(list.writeBatch(operations)).toEqual({ written: 20_000, failed: [] });
    expect(list.size).toBe(20_000);
    expect(list.get(userKey(7))).toBe(1);
    expect(list.verify().problems).toEqual([]);
  });

  test('a snapshot sees a batch wholly or not at all', () => {
    const before = list.snapshot();
    list.writeBatch([
      { type: 'set', key: 'a', value: 1 },
      { type: 'set', key: 'b', value: 1 },
    ]);
    const after = list.snapshot();
    list.writeBatch([
      { type: 'delete', key: 'a' },
      { type: 'set', key: 'b', value: 2 },
    ]);
    expect(content(before)).toEqual([]);
    expect(content(after)).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
    expect(content(list)).toEqual([['b', 2]]);
  });

  test('a bad operation refuses the whole batch, before anything is written', () => {
    const bad = (operation: unknown) =>
      codeOf(() => list.writeBatch([{ type: 'set', key: 'a', value: 1 }, operation as never]));
    expect(bad({ type: 'put', key: 'b', value: 1 })).toBe('OUT_OF_RANGE');
    expect(bad({ type: 'set', key: 5, value: 1 })).toBe('INVALID_TYPE');
    expect(bad({ type: 'set', key: 'b', value: 'x' })).toBe('INVALID_TYPE');
    expect(bad({ type: 'set', key: 'b', value: undefined })).toBe('INVALID_TYPE');
    expect(bad(null)).toBe('INVALID_TYPE');
    expect(content(list)).toEqual([]);
    expect(list.stats().entries).toBe(0);
  });
});
