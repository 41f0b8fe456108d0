// What a hazard or a lease keeps is not freed, what nobody keeps is: for both schemes.

import type { Arena } from '@x/shm-arena';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Atomic, HazardDomain, type Scheme } from '../src/index.ts';
import { codeOf, control, freshArena, reached, start } from './support.ts';

const schemes: Scheme[] = ['pointers', 'eras'];

describe.each(schemes)('%s', (scheme) => {
  let arena: Arena;
  let domain: HazardDomain;
  let cell: Atomic;

  beforeEach(() => {
    arena = freshArena();
    domain = HazardDomain.create(arena, { scheme, name: 'd', hazards: 4 });
    cell = domain.atomic();
  });

  afterEach(() => {
    expect(arena.verify().problems).toEqual([]);
    arena.detach();
  });

  const wordAt = (at: number) => new Uint32Array(arena.memory.buffer, at, 1)[0];
  const replace = (value: number) => {
    const block = domain.alloc(8);
    new Uint32Array(arena.memory.buffer, block, 2).set([value, ~value]);
    const old = cell.swap(block);
    if (old !== 0) domain.retire(old);
  };

  test('what a hazard protects stays until it is released, whatever is retired', () => {
    replace(7);
    const at = domain.protect(cell, 2);
    for (let i = 0; i < 3000; i++) replace(i);
    domain.collect();
    expect(wordAt(at)).toBe(7);
    expect(domain.stats().keptBlocks).toBeGreaterThan(0);
    if (scheme === 'pointers') expect(domain.stats().pendingBlocks).toBe(1);
    domain.release(2);
    domain.collect();
    expect(domain.stats().pendingBlocks).toBe(0);
  });

  test('a hazard that protects another block lets the one before go', () => {
    replace(1);
    domain.protect(cell, 0);
    for (let i = 0; i < 3; i++) {
      replace(i);
      domain.collect(); // Moves the era.
    }
    domain.protect(cell, 0);
    domain.collect();
    expect(domain.stats().pendingBlocks).toBe(0);
    domain.release(0);
  });

  test('a lease keeps what its cell named and all of its instant, and nothing born later', () => {
    replace(1);
    const lease = domain.lease(cell);
    for (let i = 2; i < 2000; i++) replace(i);
    domain.collect();
    expect(wordAt(lease.root)).toBe(1);
    // What was alive at the instant, or born in its era.
    expect(domain.stats().pendingBlocks).toBe(1);
    const later = domain.lease(cell);
    lease.close();
    lease.close();
    domain.collect();
    expect(domain.stats().pendingBlocks).toBe(0);
    expect(wordAt(later.root)).toBe(1999);
    expect([lease.isOpen, later.isOpen]).toEqual([false, true]);
    later.close();
  });

  test('many leases at once keep their instants, beyond the words of a slot', () => {
    const leases = Array.from({ length: 30 }, (_, i) => {
      replace(i);
      return domain.lease(cell);
    });
    replace(99);
    domain.collect();
    expect(leases.map(({ root }) => wordAt(root))).toEqual(leases.map((_, i) => i));
    for (const lease of leases) lease.close();
    domain.collect();
    expect(domain.stats().pendingBlocks).toBe(0);
  });

  test('misuse is told: an unloaded hazard, a wrong index, a cell of another domain', () => {
    const other = HazardDomain.create(arena, { scheme });
    const foreign = other.atomic();
    expect(codeOf(() => domain.release(1))).toBe('WRONG_GUARD');
    for (const index of [-1, 4, 1.5, Number.NaN]) {
      expect(() => domain.protect(cell, index)).toThrow(RangeError);
      expect(() => domain.release(index)).toThrow(RangeError);
    }
    expect(() => domain.protect(cell, '1' as never)).toThrow(TypeError);
    for (const wrong of [foreign, {}, null, structuredClone(cell.handle)]) {
      expect(codeOf(() => domain.protect(wrong as never, 0))).toBe('WRONG_GUARD');
      expect(codeOf(() => domain.lease(wrong as never))).toBe('WRONG_GUARD');
    }
    expect(() => HazardDomain.create(arena, { hazards: 0 })).toThrow(RangeError);
    expect(() => HazardDomain.create(arena, { hazards: 33 })).toThrow(RangeError);
    expect(() => HazardDomain.create(arena, { scheme: 'toString' as never })).toThrow(RangeError);
    other.destroy();
    expect(codeOf(() => foreign.swap(0))).toBe('CLOSED');
  });

  test('a block is retired once: what is none, or retired already, is refused', () => {
    const block = domain.alloc(100);
    domain.retire(block);
    for (const wrong of [block, block + 16, 0, 64, 2 ** 32 - 16]) {
      expect(() => domain.retire(wrong)).toThrow(RangeError);
    }
    expect(domain.verify()).toEqual({ ok: true, problems: [], unwalked: [] });
  });

  test('cells hold any 32-bit word, and exchange only what is expected', () => {
    for (const value of [0, 1, 2 ** 31, 2 ** 32 - 1]) {
      cell.store(value);
      expect(domain.protect(cell, 0)).toBe(value);
      expect(cell.compareExchange((value ^ 1) >>> 0, 5)).toBe(false);
      expect(cell.compareExchange(value, value)).toBe(true);
      expect(cell.swap(value)).toBe(value);
    }
    cell.store(0);
    domain.release(0);
  });

  test('the domain is opened by name and handle, twice in a thread, and closed', () => {
    const twin = HazardDomain.open(arena, 'd');
    expect([twin.scheme, twin.hazards]).toEqual([scheme, 4]);
    replace(5);
    const at = twin.protect(cell, 0);
    replace(6);
    domain.collect();
    expect(wordAt(at)).toBe(5);
    twin.close();
    twin.close();
    expect(codeOf(() => twin.protect(cell, 0))).toBe('CLOSED');
    domain.collect();
    expect(domain.stats().pendingBlocks).toBe(0);
    expect(domain.attachAtomic(structuredClone(cell.handle)).swap(0)).toBeGreaterThan(0);
    const handle = domain.handle;
    domain.destroy();
    expect(codeOf(() => HazardDomain.attach(arena, handle))).toBe('CLOSED');
  });

  test('what a hazard protects outlives the domain, until it is released', async () => {
    replace(7);
    const at = domain.protect(cell, 0);
    HazardDomain.open(arena, 'd').destroy();
    await new Promise((resolve) => setImmediate(resolve));
    const filler = arena.alloc(2 ** 20);
    new Uint8Array(arena.memory.buffer, filler, 2 ** 20).fill(0xee);
    expect(wordAt(at)).toBe(7);
    expect(arena.stats().pinned.bytes).toBeGreaterThan(0);
    domain.release(0);
    expect(codeOf(() => domain.alloc(8))).toBe('CLOSED');
    domain.close();
    await new Promise((resolve) => setImmediate(resolve));
    arena.recover();
    expect(arena.stats().pinned.bytes).toBe(0);
  });

  test('two workers push and pop: nothing is lost, read freed, or left', async () => {
    const count = 10_000;
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

  test('threads are killed at work: hazards and leases end, the rest is adopted', async () => {
    replace(1);
    for (let round = 0; round < 3; round++) {
      const words = control();
      const jobs = [1, 2].map((index) =>
        start(arena, domain, cell, 'replace', { control: words, index }),
      );
      await reached(words, 1, 300);
      await reached(words, 2, 300);
      await jobs[0]!.worker.terminate();
      await jobs[0]!.exit;
      expect(arena.recover().deferred).toEqual([]);
      Atomics.store(words, 0, 1);
      await jobs[1]!.result;
      await jobs[1]!.exit;
      domain.collect();
      expect(domain.stats()).toMatchObject({ pendingBlocks: 0, orphans: 0, threads: 1 });
    }
    expect(domain.verify().problems).toEqual([]);
  });

  test('a reader that has stopped keeps a bounded number of blocks', async () => {
    const words = control();
    replace(1);
    const job = start(arena, domain, cell, 'stall', { control: words });
    await reached(words, 1, 1);
    for (let i = 0; i < 20_000; i++) {
      replace(i);
      if (i % 1000 === 0) {
        const { pendingBlocks, boundBlocks } = domain.stats();
        expect(pendingBlocks).toBeLessThanOrEqual(boundBlocks);
      }
    }
    domain.collect();
    const { keptBlocks, pendingBlocks } = domain.stats();
    expect(keptBlocks).toBe(pendingBlocks);
    expect(keptBlocks).toBeGreaterThan(0);
    expect(keptBlocks).toBeLessThanOrEqual(scheme === 'pointers' ? 1 : 257);
    await job.worker.terminate();
    await job.exit;
    arena.recover();
    domain.collect();
    expect(domain.stats().pendingBlocks).toBe(0);
  });
});
