// One suite for every scheme: what a reader may hold is not freed, what nobody holds is.

import type { Arena } from '@x/shm-arena';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Atomic, EpochDomain, type Scheme } from '../src/index.ts';
import { codeOf, control, freshArena, random, reached, replay, seed, start } from './support.ts';

const schemes: Scheme[] = ['interval', 'epoch'];
/** The end of this turn: what only stands to be found again is let go. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe.each(schemes)('%s', (scheme) => {
  let arena: Arena;
  let domain: EpochDomain;
  let cell: Atomic;

  beforeEach(() => {
    arena = freshArena();
    domain = EpochDomain.create(arena, { scheme, name: 'd' });
    cell = domain.atomic();
  });

  afterEach(() => {
    expect(arena.verify().problems).toEqual([]);
    arena.detach();
  });

  const fill = (value: number) => {
    const block = domain.alloc(8);
    const words = new Uint32Array(arena.memory.buffer);
    words[block / 4] = value;
    words[block / 4 + 1] = ~value;
    return block;
  };
  const replace = (value: number) => {
    const guard = domain.pin();
    const old = cell.swap(fill(value), guard);
    guard.close();
    if (old !== 0) domain.retire(old);
  };

  test('what a guard has loaded stays until it is closed, whatever is retired', () => {
    replace(7);
    const guard = domain.pin();
    const at = cell.load(guard);
    for (let i = 0; i < 2000; i++) replace(i);
    domain.collect();
    expect(new Uint32Array(arena.memory.buffer)[at / 4]).toBe(7);
    expect(domain.stats().keptBlocks).toBeGreaterThan(0);
    guard.close();
    domain.collect();
    expect(domain.stats().pendingBlocks).toBe(0);
  });

  test('every retired block is free when nobody reads, and is used again', () => {
    for (let i = 0; i < 10_000; i++) replace(i);
    domain.collect();
    const { pendingBlocks, bytes } = domain.stats();
    expect(pendingBlocks).toBe(0);
    for (let i = 0; i < 100_000; i++) replace(i);
    expect(domain.stats().bytes).toBe(bytes);
  });

  test('nested guards protect until the outermost is closed', () => {
    replace(1);
    const outer = domain.pin();
    const at = cell.load(outer);
    const inner = domain.pin();
    inner.close();
    inner.close();
    for (let i = 0; i < 1000; i++) replace(i + 2);
    domain.collect();
    expect(new Uint32Array(arena.memory.buffer)[at / 4]).toBe(1);
    outer.close();
  });

  test('refresh lets go of what was loaded before, unless another guard is open', () => {
    replace(1);
    const guard = domain.pin();
    cell.load(guard);
    for (let i = 0; i < 1000; i++) replace(i);
    domain.collect();
    expect(domain.stats().pendingBlocks).toBeGreaterThan(0);
    const other = domain.pin();
    expect(guard.refresh()).toBe(false);
    other.close();
    // The epoch moves on by one for each time that all readers have seen it.
    for (let i = 0; i < 3; i++) {
      expect(guard.refresh()).toBe(true);
      domain.collect();
    }
    expect(domain.stats().pendingBlocks).toBeLessThan(3);
    guard.close();
  });

  test('a block is retired once: what is none, or retired already, is refused', () => {
    const block = domain.alloc(100);
    domain.retire(block);
    for (const wrong of [block, block + 16, 0, 64, 2 ** 32 - 16, cell.handle.offset + 4]) {
      expect(() => domain.retire(wrong)).toThrow(RangeError);
    }
    expect(domain.verify()).toEqual({ ok: true, problems: [], unwalked: [] });
  });

  test('sizes from one byte to the largest are aligned, apart, and used again', () => {
    const next = random(seed);
    const blocks: { at: number; bytes: number }[] = [];
    for (let i = 0; i < 200; i++) {
      const bytes = 1 + next(i % 10 === 0 ? 100_000 : 300);
      blocks.push({ at: domain.alloc(bytes), bytes });
    }
    const order = [...blocks].sort((a, b) => a.at - b.at);
    for (let i = 0; i < order.length; i++) {
      expect(order[i]!.at % 16, replay('conformance.test.ts')).toBe(0);
      if (i > 0)
        expect(order[i]!.at).toBeGreaterThanOrEqual(order[i - 1]!.at + order[i - 1]!.bytes);
    }
    const { bytes } = domain.stats();
    for (const { at } of blocks) domain.retire(at);
    domain.collect();
    for (const block of blocks) block.at = domain.alloc(block.bytes);
    expect(domain.stats().bytes).toBe(bytes);
    expect(() => domain.alloc(2 ** 21)).toThrow(RangeError);
    expect(() => domain.alloc(0)).toThrow(RangeError);
  });

  test('a full arena refuses an allocation, and goes on when blocks are retired', () => {
    const blocks: number[] = [];
    expect(
      codeOf(() => {
        for (;;) blocks.push(domain.alloc(100_000));
      }),
    ).toBe('ARENA_FULL');
    expect(blocks.length).toBeGreaterThan(200);
    domain.retire(blocks.pop()!);
    expect(domain.alloc(100_000)).toBeGreaterThan(0);
  });

  test('guards that are closed, of another domain, or no guards are WRONG_GUARD', () => {
    const other = EpochDomain.create(arena, { scheme });
    const [closed, foreign] = [domain.pin(), other.pin()];
    closed.close();
    for (const guard of [closed, foreign, {}, null, structuredClone({ isOpen: true })]) {
      expect(codeOf(() => cell.load(guard as never))).toBe('WRONG_GUARD');
      expect(codeOf(() => cell.store(0, guard as never))).toBe('WRONG_GUARD');
    }
    expect(codeOf(() => closed.refresh())).toBe('WRONG_GUARD');
    const again = EpochDomain.open(arena, 'd');
    const same = again.pin();
    expect(cell.load(same)).toBe(0); // The same domain, opened twice in one thread.
    again.close();
    expect(codeOf(() => cell.load(same))).toBe('WRONG_GUARD');
    other.close();
  });

  test('cells hold any 32-bit word, and exchange only what is expected', () => {
    const guard = domain.pin();
    for (const value of [0, 1, 2 ** 31, 2 ** 32 - 1]) {
      cell.store(value, guard);
      expect(cell.load(guard)).toBe(value);
      expect(cell.compareExchange((value ^ 1) >>> 0, 5, guard)).toBe(value);
      expect(cell.compareExchange(value, value, guard)).toBe(value);
      expect(cell.swap(value, guard)).toBe(value);
    }
    expect(() => cell.store(2 ** 32, guard)).toThrow(RangeError);
    guard.close();
  });

  test('cells are found by their handle, in their own domain only', () => {
    const same = domain.attachAtomic(structuredClone(cell.handle));
    const guard = domain.pin();
    same.store(9, guard);
    expect(cell.load(guard)).toBe(9);
    guard.close();
    const other = EpochDomain.create(arena);
    expect(() => other.attachAtomic(cell.handle)).toThrow(RangeError);
    expect(() => domain.attachAtomic({ ...cell.handle, offset: 12 })).toThrow(RangeError);
    expect(() => domain.attachAtomic(undefined as never)).toThrow(TypeError);
  });

  test('a closed or destroyed domain says CLOSED, and gives its memory back', async () => {
    const second = EpochDomain.create(arena, { scheme });
    const handle = second.handle;
    const twin = EpochDomain.attach(arena, handle);
    twin.alloc(1000);
    second.close();
    second.close();
    expect(codeOf(() => second.pin())).toBe('CLOSED');
    twin.destroy();
    expect(codeOf(() => twin.alloc(8))).toBe('CLOSED');
    expect(codeOf(() => EpochDomain.attach(arena, handle))).toBe('CLOSED');
    await turn();
    arena.recover();
    expect(arena.stats().structures.length).toBe(1);
  });

  test('what a guard protects outlives the domain, until the guard is closed', async () => {
    replace(7);
    const guard = domain.pin();
    const at = cell.load(guard);
    EpochDomain.open(arena, 'd').destroy();
    await turn();
    const filler = arena.alloc(2 ** 20);
    new Uint8Array(arena.memory.buffer, filler, 2 ** 20).fill(0xee);
    expect(new Uint32Array(arena.memory.buffer)[at / 4]).toBe(7);
    expect(arena.stats().pinned.bytes).toBeGreaterThan(0);
    guard.close();
    expect(codeOf(() => domain.pin())).toBe('CLOSED');
    domain.close();
    await turn();
    arena.recover();
    expect(arena.stats().pinned.bytes).toBe(0);
  });

  test('domains are made and opened by name; a name is of one type and scheme', () => {
    expect(EpochDomain.open(arena, 'd').scheme).toBe(scheme);
    expect(EpochDomain.openOrCreate(arena, { name: 'd', scheme: 'interval' }).scheme).toBe(scheme);
    expect(codeOf(() => EpochDomain.create(arena, { name: 'd' }))).toBe('NAME_TAKEN');
    expect(codeOf(() => EpochDomain.open(arena, 'e'))).toBe('NAME_UNKNOWN');
    expect(() => EpochDomain.create(arena, { scheme: 'hyaline' as never })).toThrow(RangeError);
    expect(domain instanceof EpochDomain).toBe(true);
  });

  test('two workers push and pop: nothing is lost, read freed, or left', async () => {
    const count = 20_000;
    const jobs = [0, 1].map((i) => start(arena, domain, cell, 'stack', { count, from: i * count }));
    const sums = (await Promise.all(jobs.map((job) => job.result))) as {
      sum: number;
      empty: number;
    }[];
    await Promise.all(jobs.map((job) => job.exit));
    expect(sums.reduce((total, { empty }) => total + empty, 0)).toBe(0);
    expect(sums.reduce((total, { sum }) => total + sum, 0)).toBe(count * (2 * count - 1));
    domain.collect();
    expect(domain.stats()).toMatchObject({ pendingBlocks: 0, orphans: 0, threads: 1, blocks: 1 });
  });

  test('threads are killed at work: what they had retired is adopted and freed', async () => {
    replace(1);
    for (let round = 0; round < 4; round++) {
      const words = control();
      const jobs = [1, 2].map((index) =>
        start(arena, domain, cell, 'replace', { control: words, index }),
      );
      await reached(words, 1, 500);
      await reached(words, 2, 500);
      await jobs[0]!.worker.terminate();
      await jobs[0]!.exit;
      const report = arena.recover();
      expect(report.deferred).toEqual([]);
      Atomics.store(words, 0, 1);
      await jobs[1]!.result;
      await jobs[1]!.exit;
      domain.collect();
      expect(domain.stats()).toMatchObject({ pendingBlocks: 0, orphans: 0, threads: 1 });
    }
    expect(domain.verify().problems).toEqual([]);
    // Of each death at most the block in hand is lost. (In the epoch scheme a reader that was slow
    // may have kept much for a while, and a domain does not shrink.)
    if (scheme === 'interval') expect(domain.stats().bytes).toBeLessThan(2 ** 21);
  });

  test('a reader that has stopped is named, and its garbage is bounded or told', async () => {
    const words = control();
    replace(1);
    const job = start(arena, domain, cell, 'stall', { control: words });
    await reached(words, 1, 1);
    for (let i = 0; i < 20_000; i++) replace(i);
    const stats = domain.stats();
    expect(stats.readers).toBe(1);
    expect(stats.oldestPin!.slot).not.toBe(arena.participant.slot);
    expect(stats.pendingBlocks).toBeLessThanOrEqual(stats.boundBlocks);
    if (scheme === 'interval') {
      expect(stats.keptBlocks).toBeLessThanOrEqual(stats.keepableBlocks);
      expect(stats.pendingBlocks).toBeLessThan(2048);
      expect(stats.stalled).toBeUndefined();
    } else {
      expect(stats.pendingBlocks).toBeGreaterThan(19_000);
      expect(stats.stalled).toMatchObject({
        slot: stats.oldestPin!.slot,
        bytes: stats.pendingBytes,
      });
      expect(stats.boundBlocks).toBe(Infinity);
    }
    await job.worker.terminate();
    await job.exit;
    arena.recover();
    domain.collect();
    expect(domain.stats()).toMatchObject({ pendingBlocks: 0, readers: 0 });
  });

  test('at the end of the turn nothing is reserved', async () => {
    replace(1);
    domain.pin().close();
    await turn();
    expect(arena.stats().pinned.oldest).toBeUndefined();
  });
});
