// Guards: how readers of this package say that they read. The rest is conformance.test.ts.

import { describe, expect, test } from 'vitest';
import {
  codeOf,
  control,
  reached,
  type World,
  worlds,
} from '../../shm-arena/test/reclaim/support.ts';
import { type Atomic, EpochDomain, type Guard } from '../src/index.ts';
import { subjects } from './subjects.ts';

describe.each(subjects)('$scheme', (subject) => {
  const { scheme } = subject;
  let world: World;
  let domain: EpochDomain;
  let cell: Atomic;
  worlds(subject, (given) => {
    world = given;
    domain = world.domain as EpochDomain;
    cell = world.cell as Atomic;
  });

  test('nested guards protect until the outermost is closed', () => {
    world.replace(1);
    const outer = domain.pin();
    const at = cell.load(outer);
    const inner = domain.pin();
    inner.close();
    inner.close();
    world.churn(1000);
    expect(world.word(at)).toBe(1);
    expect([outer.isOpen, inner.isOpen]).toEqual([true, false]);
    outer.close();
    domain.collect();
    expect(domain.stats().pendingBlocks).toBe(0);
  });

  test('guards are closed in any order; closing the domain closes the others', () => {
    const again = EpochDomain.open(world.arena, 'd');
    const guards = Array.from({ length: 5 }, () => again.pin());
    for (const place of [1, 4, 0]) guards[place]!.close();
    expect(guards.map(({ isOpen }) => isOpen)).toEqual([false, false, true, true, false]);
    expect(domain.stats().readers).toBe(1);
    again.close();
    expect(guards.some(({ isOpen }) => isOpen)).toBe(false);
    expect(domain.stats().readers).toBe(0);
  });

  test('refresh lets go of what was loaded before, unless another guard is open', () => {
    world.replace(1);
    const guard = domain.pin();
    cell.load(guard);
    world.churn(1000);
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

  test('a guard of a destroyed domain is not refreshed, and keeps what it has', async () => {
    const puppet = await world.puppet();
    const other = EpochDomain.create(world.arena, { scheme: domain.scheme });
    const block = other.alloc(8);
    const own = other.atomic(block);
    const guard = other.pin();
    const at = own.load(guard);
    const words = new Uint32Array(world.arena.memory.buffer);
    words[at / 4] = 7;
    await puppet.tell('destroy', other.handle);
    expect(codeOf(() => guard.refresh())).toBe('CLOSED');
    world.arena.recover(); // Sweeps.
    expect([words[at / 4], own.load(guard)]).toEqual([7, block]);
    guard.close();
    await puppet.end();
  });

  test('a guard walks one list at a time: a restart begins anew', () => {
    const guard = domain.pin();
    const link = domain.atomicAt(domain.alloc(8));
    const block = domain.alloc(8);
    link.swap(block, guard);
    expect(link.tryLoad(guard)).toBe(block);
    for (let i = 0; i < 600; i++) domain.retire(domain.alloc(8));
    expect(link.tryLoad(guard)).toBe(scheme === 'epoch' ? block : undefined);
    expect(link.tryLoad(guard)).toBe(block); // From the root again, as it were.
    expect(codeOf(() => link.tryLoad({} as Guard))).toBe('WRONG_GUARD');
    guard.close();
  });

  test('guards that are closed, of another domain, or no guards are WRONG_GUARD', () => {
    const other = EpochDomain.create(world.arena, { scheme: domain.scheme });
    const [closed, foreign] = [domain.pin(), other.pin()];
    closed.close();
    for (const guard of [closed, foreign, {}, null, structuredClone({ isOpen: true })]) {
      const wrong = guard as Guard;
      expect(codeOf(() => cell.load(wrong))).toBe('WRONG_GUARD');
      expect(codeOf(() => cell.store(0, wrong))).toBe('WRONG_GUARD');
      expect(codeOf(() => cell.swap(0, wrong))).toBe('WRONG_GUARD');
      expect(codeOf(() => cell.compareExchange(0, 0, wrong))).toBe('WRONG_GUARD');
    }
    expect(codeOf(() => closed.refresh())).toBe('WRONG_GUARD');
    const again = EpochDomain.open(world.arena, 'd');
    const same = again.pin();
    expect(cell.load(same)).toBe(0); // The same domain, opened twice in one thread.
    again.close();
    expect(codeOf(() => cell.load(same))).toBe('WRONG_GUARD');
    other.close();
  });

  test('a word is stored under a guard, and what is no word is refused', () => {
    const guard = domain.pin();
    cell.store(2 ** 32 - 1, guard);
    expect(cell.load(guard)).toBe(2 ** 32 - 1);
    expect(cell.compareExchange(1, 2, guard)).toBe(2 ** 32 - 1);
    expect(() => cell.store(2 ** 32, guard)).toThrow(RangeError);
    cell.store(0, guard);
    guard.close();
  });

  test('a reader that has stopped is named, and its garbage is bounded or told', async () => {
    const words = control();
    world.replace(1);
    const job = world.start('stall', { control: words });
    await reached(words, 1, 1);
    world.churn(20_000);
    const stats = domain.stats();
    expect(stats).toMatchObject({ scheme, readers: 1 });
    expect(stats.oldestPin!.slot).toBe(Atomics.load(words, 1) - 1);
    if (scheme === 'interval') {
      expect(stats.keptBlocks).toBeLessThanOrEqual(stats.keepableBlocks);
      expect(stats.stalled).toBeUndefined();
    } else {
      expect(stats.pendingBlocks).toBeGreaterThan(19_000);
      const { slot } = stats.oldestPin!;
      expect(stats.stalled).toMatchObject({ slot, bytes: stats.pendingBytes });
      expect([stats.boundBlocks, stats.keepableBlocks]).toEqual([Infinity, Infinity]);
    }
    await job.terminate();
    world.arena.recover();
    for (let i = 0; i < 3; i++) domain.collect();
    expect(domain.stats()).toMatchObject({ pendingBlocks: 0, readers: 0, stalled: undefined });
  });
});
