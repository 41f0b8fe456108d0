// One thread: what each method returns, and what it leaves alone.

import type { Arena } from '@x/shm-arena';
import { json, u32 } from '@x/shm-arena/codec';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AvlBatch } from '../src/index.ts';
import { content, freshArena, userKey, values } from './support.ts';

let arena: Arena;
beforeEach(() => {
  arena = freshArena();
});
afterEach(() => arena.detach());

describe('queueing and building', () => {
  test('what is queued is visible after a build, not before', () => {
    const map = AvlBatch.create(arena, values<number>());
    map.set('a', 1);
    map.set('b', 2);
    map.set('a', 3);
    expect([map.size, map.get('a'), map.has('b'), content(map)]).toEqual([0, undefined, false, []]);
    expect(map.stats().waiting).toBe(3);
    expect(map.build()).toMatchObject({ applied: 3, batches: 1, size: 2, compacted: false });
    expect(content(map)).toEqual([
      ['a', 3],
      ['b', 2],
    ]);
    expect(map.stats().waiting).toBe(0);
    expect(map.build()).toEqual({ applied: 0, batches: 0, nodes: 0, size: 2, compacted: false });
  });

  test('each operation sees what those before it in the batch have made of its key', () => {
    const map = AvlBatch.create(arena, values<number>());
    const tickets = [
      ...[map.insert('a', 1), map.insert('a', 2), map.compareAndSet('a', 1, 3)],
      ...[map.compareAndSet('a', 1, 4), map.delete('a'), map.delete('a')],
      ...[map.compareAndSet('a', 3, 5), map.compareAndSet('a', undefined, 6)],
      ...[map.compareAndSet('a', undefined, 7), map.compareAndSet('a', 6, undefined)],
      ...[map.insert('a', 8), map.set('a', 9)],
    ];
    expect(tickets.map((ticket) => map.result(ticket))).toEqual(tickets.map(() => undefined));
    map.build();
    expect(tickets.map((ticket) => map.result(ticket)?.outcome)).toEqual([
      ...['done', 'exists', 'done', 'different', 'done', 'absent', 'absent', 'done'],
      ...['different', 'done', 'done', 'done'],
    ]);
    expect(content(map)).toEqual([['a', 9]]);
  });

  test('tickets are numbered by queue, plain, and good in every handle', () => {
    const map = AvlBatch.create(arena, values<number>());
    const other = AvlBatch.attach(arena, map.handle, values<number>());
    const first = map.set('a', 1);
    const second = structuredClone(other.set('b', 2));
    expect(second).toEqual({ ...first, number: first.number + 1 });
    expect([map.applied(second), other.applied(first)]).toEqual([false, false]);
    other.build();
    expect([map.applied(second), other.result(first)]).toEqual([true, { outcome: 'done' }]);
  });

  test('a build of more than maxOps is several batches', () => {
    const map = AvlBatch.create(arena, { ...values<number>(), batch: { maxOps: 10 } });
    for (let n = 0; n < 95; n++) map.set(userKey(n), n);
    expect(map.build()).toMatchObject({ applied: 95, batches: 10, size: 95 });
    expect(map.stats().version).toBe(11n);
  });

  test('results are forgotten after 2 * maxQueued operations, or later', () => {
    const map = AvlBatch.create(arena, { ...values<number>(), batch: { maxQueued: 8 } });
    const first = map.insert('a', 1);
    for (let round = 0; round < 2; round++) {
      map.build();
      expect(map.result(first)).toEqual({ outcome: 'done' });
      for (let n = 0; n < 7; n++) map.set('b', n);
    }
    for (let round = 0; round < 20; round++) {
      map.build();
      for (let n = 0; n < 8; n++) map.set('b', n);
    }
    expect([map.applied(first), map.result(first)]).toEqual([true, { outcome: 'forgotten' }]);
  });

  test('pending reads see this thread own queue over what is visible', () => {
    const map = AvlBatch.create(arena, values<number>());
    const get = (key: string) => map.get(key, { pending: true });
    map.set('a', 1);
    map.set('b', 2);
    map.build();
    map.delete('a');
    map.compareAndSet('b', 2, 3);
    map.insert('b', 9);
    map.set('c', 4);
    expect([get('a'), get('b'), get('c'), get('d')]).toEqual([undefined, 3, 4, undefined]);
    expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([1, 2, undefined]);
    map.build();
    expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([undefined, 3, 4]);
  });
});

describe('keys and values of every size', () => {
  test('values that run user code while they are encoded', () => {
    const map = AvlBatch.create<string, unknown>(arena, { value: json });
    map.set('a', {
      toJSON: () => {
        map.set('inner', 1);
        return map.build().applied;
      },
    });
    map.build();
    expect(map.get('a')).toBe(1);
    const nosy = { toJSON: () => map.get('a') };
    expect(() => map.compareAndSet('a', nosy, 2)).toThrow(TypeError);
    expect(map.stats().waiting).toBe(0);
  });
});

describe('snapshots', () => {
  test('show one version, whatever is built and compacted', () => {
    const map = AvlBatch.create<string, number>(arena, { value: u32 });
    for (let n = 0; n < 1000; n++) map.set(userKey(n), n);
    map.build();
    const before = map.snapshot();
    const same = map.snapshot();
    for (let n = 0; n < 1000; n += 2) map.delete(userKey(n));
    map.build();
    map.compact();
    const after = map.snapshot();
    for (let n = 0; n < 1000; n++) map.set(userKey(n), 0);
    map.build();
    expect([before.size, after.size, map.size]).toEqual([1000, 500, 1000]);
    expect(after.version > before.version && same.version === before.version).toBe(true);
    expect([...before.values()]).toEqual(Array.from({ length: 1000 }, (_, n) => n));
    expect([...after.values()]).toEqual(Array.from({ length: 500 }, (_, n) => 2 * n + 1));
    expect([before.get(userKey(4)), after.get(userKey(4))]).toEqual([4, undefined]);
    expect(before.getMany([userKey(4), 'x'])).toEqual([4, undefined]);
    expect([after.at(3), after.rank(userKey(7))]).toEqual([[userKey(7), 7], 3]);
    expect(after.count({ lt: userKey(100) })).toBe(50);
    same.close();
    expect(before.last()).toEqual([userKey(999), 999]);
    before.close();
    after.close();
    arena.recover();
    expect(arena.stats().pinned.bytes).toBe(0);
  });
});

describe('compact', () => {
  test('runs by itself when the memory has doubled, and takes what was left behind', () => {
    const map = AvlBatch.create<string, number>(arena, { value: u32 });
    let compacted = 0;
    for (let round = 0; round < 200; round++) {
      for (let n = 0; n < 300; n++) map.set(userKey((n * 31 + round) % 2000), round);
      if (map.build().compacted) compacted++;
      const { treeBytes, compactBytes } = map.stats();
      expect(treeBytes).toBeLessThanOrEqual(2 * compactBytes + 2 ** 20);
    }
    expect(compacted).toBeGreaterThan(1);
    expect(map.verify().problems).toEqual([]);
  });

  test('runs by itself when the tree has doubled by growth, which leaves no garbage', () => {
    const map = AvlBatch.create<string, number>(arena, { value: u32 });
    const sizes: number[] = [];
    for (let n = 0; n < 100_000; ) {
      for (const end = n + 4000; n < end; n++) map.set(userKey(n), n);
      if (map.build().compacted) sizes.push(map.size);
    }
    expect(sizes.length).toBeGreaterThan(1);
    for (const [at, size] of sizes.entries()) {
      if (at > 0) expect(size).toBeGreaterThan(1.5 * sizes[at - 1]!);
    }
  });

  test('only when asked, with autoCompact: false', () => {
    const map = AvlBatch.create<string, number>(arena, {
      ...{ value: u32, batch: { autoCompact: false } },
    });
    let compacted = 0;
    for (let round = 0; round < 100; round++) {
      for (let n = 0; n < 300; n++) map.set(userKey((n * 31 + round) % 2000), round);
      if (map.build().compacted) compacted++;
    }
    expect(compacted).toBe(0);
    const { treeBytes, compactBytes, height } = map.stats();
    expect(treeBytes).toBeGreaterThan(2 * compactBytes + 2 ** 20);
    const before = content(map);
    map.compact();
    expect(content(map)).toEqual(before);
    expect(map.stats().treeBytes).toBeLessThan(treeBytes / 4);
    expect(map.stats().height).toBeLessThanOrEqual(height);
    const { treeBytes: left, compactBytes: about } = map.stats();
    expect(Math.abs(left - about)).toBeLessThan(about / 100);
  });

  test('of an empty map, and of one that was emptied', () => {
    const map = AvlBatch.create(arena, values<number>());
    map.compact();
    map.set('a', 1);
    map.build();
    map.delete('a');
    map.build();
    map.compact();
    expect([map.size, map.first(), map.at(0), content(map)]).toEqual([0, undefined, undefined, []]);
    expect(map.stats()).toMatchObject({ size: 0, height: 0 });
    expect(map.verify().problems).toEqual([]);
  });
});
