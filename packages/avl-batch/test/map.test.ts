// One thread: what each method returns, and what it leaves alone.

import type { Arena } from '@x/shm-arena';
import { bytes, json, u32 } from '@x/shm-arena/codec';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keyLengths, sortedKeys, valueLengths } from '../../shm-arena/test/shared/codecs.ts';
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

  test('getMany answers in the order of the keys, from any iterable, in any number', () => {
    const map = AvlBatch.create<string, number>(arena, { value: u32 });
    for (let n = 0; n < 3000; n += 2) map.set(userKey(n), n);
    map.build();
    const keys = Array.from({ length: 3000 }, (_, n) => userKey((n * 7) % 3000));
    const expected = keys.map((key) =>
      Number(key.slice(5)) % 2 ? undefined : Number(key.slice(5)),
    );
    expect(map.getMany(keys)).toEqual(expected);
    expect(map.getMany(new Set(keys))).toEqual(expected);
    expect(map.getMany([])).toEqual([]);
    expect(() => map.getMany(5 as never)).toThrow(TypeError);
  });
});

describe('keys and values of every size', () => {
  test.each(keyLengths)('a key of %i bytes', (length) => {
    const map = AvlBatch.create<Uint8Array, number>(arena, { key: bytes, value: u32 });
    const key = Uint8Array.from({ length }, (_, i) => (i % 251) + 1);
    const longer = Uint8Array.from([...key, 0]);
    map.set(key, 1);
    map.set(longer, 2);
    expect(map.get(longer, { pending: true })).toBe(2);
    map.build();
    expect([map.get(key), map.get(longer), map.rank(longer)]).toEqual([1, 2, 1]);
    expect(map.getMany([longer, key])).toEqual([2, 1]);
    expect(map.at(0)).toEqual([key, 1]);
    const swapped = map.compareAndSet(key, 1, 3);
    map.compact();
    map.build();
    expect([map.result(swapped), map.get(key)]).toEqual([{ outcome: 'done' }, 3]);
    expect(map.verify().problems).toEqual([]);
  });

  test.each(valueLengths)('a value of %i bytes', (length) => {
    const map = AvlBatch.create<string, Uint8Array>(arena, { value: bytes });
    const value = Uint8Array.from({ length }, (_, i) => i * 7);
    map.set('a', value);
    map.set('b', new Uint8Array(3));
    expect(Buffer.compare(map.get('a', { pending: true }) as Uint8Array, value)).toBe(0);
    const ticket = map.compareAndSet('a', value, Uint8Array.from([...value, 1]));
    map.build();
    expect(map.result(ticket)).toEqual({ outcome: 'done' });
    expect(map.get('a')?.length).toBe(length + 1);
    expect(Buffer.compare(map.getMany(['b', 'a'])[1]!.subarray(0, length), value)).toBe(0);
    expect(content(map).map(([key, each]) => [key, each.length])).toEqual([
      ['a', length + 1],
      ['b', 3],
    ]);
    expect(map.last()![1].length).toBe(3);
    expect(map.at(0)![1].length).toBe(length + 1);
  });

  test('a key and two values that move scratch', () => {
    const map = AvlBatch.create<Uint8Array, Uint8Array>(arena, { key: bytes, value: bytes });
    for (const size of [60_000, 200_000, 900_000]) {
      const key = Uint8Array.from({ length: size }, (_, i) => i % 253);
      const value = Uint8Array.from({ length: size * 2 }, (_, i) => i % 241);
      const next = Uint8Array.from({ length: size * 3 }, (_, i) => i % 239);
      map.set(key, value);
      const ticket = map.compareAndSet(key, value, next);
      map.build();
      expect(map.result(ticket)).toEqual({ outcome: 'done' });
      expect(Buffer.compare(map.get(key) as Uint8Array, next)).toBe(0);
      expect(map.count({ gte: key, lte: key })).toBe(1);
      expect(map.floor(key)?.[1].length).toBe(size * 3);
    }
    expect(map.verify().problems).toEqual([]);
  });

  test('a key that moves scratch leaves no value behind', () => {
    const key = Uint8Array.from({ length: 120_000 }, (_, i) => i % 253);
    const value = Uint8Array.from({ length: 400_000 }, (_, i) => i % 241);
    const next = Uint8Array.from({ length: 400_000 }, (_, i) => i % 239);
    for (const write of [
      (map: AvlBatch<Uint8Array, Uint8Array>) => map.set(key, value),
      (map: AvlBatch<Uint8Array, Uint8Array>) => map.insert(key, value),
      (map: AvlBatch<Uint8Array, Uint8Array>) => map.compareAndSet(key, undefined, value),
    ]) {
      const fresh = freshArena(); // Whose scratch is small.
      const map = AvlBatch.create(fresh, { key: bytes, value: bytes });
      write(map);
      map.build();
      expect(Buffer.compare(map.get(key) as Uint8Array, value)).toBe(0);
      for (let n = 0; n < 600; n++) map.has(key.subarray(0, 1)); // It is small again.
      const swapped = map.compareAndSet(key, value, next);
      map.build();
      expect(map.result(swapped)).toEqual({ outcome: 'done' });
      expect(Buffer.compare(map.get(key) as Uint8Array, next)).toBe(0);
      fresh.detach();
    }
  });

  test('every codec, in its order', () => {
    for (const [key, keys] of sortedKeys) {
      const map = AvlBatch.create<unknown, number>(arena, { key, value: u32 });
      for (const each of keys.toReversed()) map.insert(each, keys.indexOf(each));
      map.build();
      expect([...map.keys()], key.id).toEqual(keys);
      expect([...map.values()], key.id).toEqual(keys.map((_, n) => n));
      expect(
        keys.map((each) => map.rank(each)),
        key.id,
      ).toEqual(keys.map((_, n) => n));
    }
  });

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

  test('many of them at once, of many versions', () => {
    const map = AvlBatch.create<string, number>(arena, { value: u32 });
    const taken = Array.from({ length: 40 }, (_, n) => {
      map.set('n', n);
      map.build();
      if (n % 5 === 4) map.compact();
      return map.snapshot();
    });
    expect(taken.map((snapshot) => snapshot.get('n'))).toEqual(taken.map((_, n) => n));
    for (const snapshot of taken) snapshot[Symbol.dispose]();
    arena.recover();
    expect(arena.stats().pinned).toEqual({ oldest: undefined, bytes: 0 });
    expect(arena.verify().problems).toEqual([]);
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
    for (let n = 0; n < 80_000; ) {
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
