// Hazards and leases: how readers of this package say what they read. The rest is
// conformance.test.ts.

import { describe, expect, test } from 'vitest';
import { codeOf, type World, worlds } from '../../shm-arena/test/reclaim/support.ts';
import { type Atomic, HazardDomain } from '../src/index.ts';
import { subjects } from './subjects.ts';

describe.each(subjects)('$scheme', (subject) => {
  let world: World;
  let domain: HazardDomain;
  let cell: Atomic;
  worlds(subject, (given) => {
    world = given;
    domain = world.domain as HazardDomain;
    cell = world.cell as Atomic;
  });

  test('a hazard that protects another block lets the one before go', () => {
    world.replace(1);
    domain.protect(cell, 0);
    for (let i = 0; i < 3; i++) {
      world.replace(i);
      domain.collect(); // Moves the era.
    }
    domain.protect(cell, 0);
    domain.collect();
    expect(domain.stats().pendingBlocks).toBe(0);
    domain.release(0);
  });

  test('each hazard protects for itself, also the last', () => {
    const held = Array.from({ length: domain.hazards }, (_, index) => {
      world.replace(index);
      domain.collect();
      return domain.protect(cell, index);
    });
    world.churn(600);
    expect(held.map((at) => world.word(at))).toEqual(held.map((_, index) => index));
    for (const index of held.keys()) domain.release(index);
    domain.collect();
    expect(domain.stats().pendingBlocks).toBe(0);
  });

  test('a lease keeps what its cell named and all of its instant, and nothing born later', () => {
    world.replace(1);
    const lease = domain.lease(cell);
    for (let i = 2; i < 2000; i++) world.replace(i);
    domain.collect();
    expect(world.word(lease.root)).toBe(1);
    // What was alive at the instant, or born in its era.
    expect(domain.stats().pendingBlocks).toBe(1);
    const later = domain.lease(cell);
    lease.close();
    lease.close();
    domain.collect();
    expect(domain.stats().pendingBlocks).toBe(0);
    expect(world.word(later.root)).toBe(1999);
    expect([lease.isOpen, later.isOpen]).toEqual([false, true]);
    later.close();
  });

  test('many leases at once keep their instants, beyond the words of a slot', () => {
    const leases = Array.from({ length: 30 }, (_, i) => {
      world.replace(i);
      return domain.lease(cell);
    });
    world.replace(99);
    domain.collect();
    expect(leases.map(({ root }) => world.word(root))).toEqual(leases.map((_, i) => i));
    for (const lease of leases) lease.close();
    domain.collect();
    expect(domain.stats().pendingBlocks).toBe(0);
  });

  test('misuse is told: an unloaded hazard, a wrong index, a cell of another domain', () => {
    const { arena } = world;
    const other = HazardDomain.create(arena, { scheme: domain.scheme });
    const foreign = other.atomic();
    expect(codeOf(() => domain.release(1))).toBe('WRONG_GUARD');
    for (const index of [-1, 8, 1.5, Number.NaN]) {
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
    other.destroy();
    expect(codeOf(() => foreign.swap(0))).toBe('CLOSED');
  });

  test('a word is stored in a cell, and what is no word is refused', () => {
    cell.store(2 ** 32 - 1);
    expect(domain.protect(cell, 0)).toBe(2 ** 32 - 1);
    expect(() => cell.store(2 ** 32)).toThrow(RangeError);
    cell.store(0);
    domain.release(0);
  });

  test('scheme and hazards are the same for whoever opens the domain', () => {
    const { arena } = world;
    const made = HazardDomain.create(arena, { scheme: domain.scheme, hazards: 4, name: 'four' });
    const twin = HazardDomain.open(arena, 'four');
    expect([twin.scheme, twin.hazards]).toEqual([domain.scheme, 4]);
    expect(() => twin.protect(made.atomic(), 4)).toThrow(RangeError);
    expect(twin.stats()).toMatchObject({ scheme: domain.scheme, hazards: 4, threads: 1 });
    const { handle } = made;
    made.destroy();
    expect(codeOf(() => HazardDomain.attach(arena, handle))).toBe('CLOSED');
  });
});
