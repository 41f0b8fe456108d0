// The slots of a queue are made as they are used: `maxQueued` costs nothing until then.

import { describe, expect, test } from 'vitest';
import { AvlBatch } from '../src/index.ts';
import { codeOf, freshArena, values } from './support.ts';

const MIB = 2 ** 20;
const KIB = 2 ** 10;

describe('the slots of a queue', () => {
  test('the largest maxQueued in a small arena: a first set takes no more than others', () => {
    const taken = [1, 2 ** 14, 2 ** 24].map((maxQueued) => {
      const arena = freshArena({ bytes: MIB, participants: 4 });
      const map = AvlBatch.create(arena, { ...values<number>(), batch: { maxQueued } });
      const before = arena.stats().free;
      map.set('a', 1);
      map.build();
      expect(map.get('a')).toBe(1);
      const after = arena.stats().free;
      expect(arena.verify().problems).toEqual([]);
      arena.detach();
      return before - after;
    });
    expect(taken).toEqual([taken[0], taken[0], taken[0]]);
    expect(taken[0]).toBeLessThanOrEqual(64 * KIB);
  });

  test('they grow with the operations, up to those of maxQueued', () => {
    const arena = freshArena({ bytes: 128 * MIB, participants: 2 });
    const map = AvlBatch.create(arena, { ...values<number>(), batch: { maxQueued: 2 ** 18 } });
    let done = 0;
    const bytesAfter = (total: number): number => {
      for (; done < total; done++) {
        map.set('a', done);
        if (done % 1000 === 999) map.build();
      }
      map.build();
      return map.stats().bytes - map.stats().treeBytes;
    };
    const first = bytesAfter(1);
    expect(bytesAfter(4000) - first).toBeLessThanOrEqual(128 * KIB); // The operations' own.
    for (const n of [2 ** 15, 2 ** 19]) {
      const grown = bytesAfter(n) - first;
      expect(grown).toBeGreaterThanOrEqual(8 * n - 64 * KIB);
      expect(grown).toBeLessThanOrEqual(32 * n + 256 * KIB);
    }
    const most = bytesAfter(2 ** 19);
    expect(bytesAfter(2 ** 20)).toBeLessThanOrEqual(most + 128 * KIB);
    expect([map.verify().problems, arena.verify().problems]).toEqual([[], []]);
    arena.detach();
  });

  test('what waits while they grow is applied in order, and every result is known', () => {
    const arena = freshArena({ bytes: 64 * MIB, participants: 2 });
    const map = AvlBatch.create(arena, { ...values<number>(), batch: { maxQueued: 2 ** 15 } });
    const tickets = [];
    for (let n = 0; n < 2 ** 15; n++) {
      if (n % 5000 === 4999) map.build();
      tickets.push(n % 2 === 0 ? map.set('a', n) : map.insert(`b${n % 3}`, n));
    }
    expect(map.get('a', { pending: true })).toBe(2 ** 15 - 2);
    map.build();
    expect(map.get('a')).toBe(2 ** 15 - 2);
    const outcomes = tickets.map((ticket) => map.result(ticket)?.outcome);
    const expected = tickets.map((_, n) => (n % 2 === 0 || n < 6 ? 'done' : 'exists'));
    expect(outcomes).toEqual(expected);
    expect([map.verify().problems, arena.verify().problems]).toEqual([[], []]);
    arena.detach();
  });

  test('in a full arena they go round: what is written over is forgotten', () => {
    const arena = freshArena({ bytes: 2 * MIB, participants: 2 });
    const map = AvlBatch.create(arena, { ...values<number>(), batch: { maxQueued: 2 ** 16 } });
    map.set('a', 0);
    map.build();
    const taken: number[] = [];
    codeOf(() => {
      for (;;) taken.push(arena.alloc(64 * KIB - 64));
    });
    const write = (n: number) => {
      if (n % 1000 === 0) map.build();
      return map.set('a', n);
    };
    const tickets = Array.from({ length: 10_000 }, (_, n) => write(n));
    map.build();
    const known = tickets.map((ticket) => map.result(ticket)?.outcome);
    expect(known.slice(0, 5000).every((outcome) => outcome === 'forgotten')).toBe(true);
    expect(known.slice(-4096).every((outcome) => outcome === 'done')).toBe(true);
    for (const at of taken) arena.free(at);
    const more = Array.from({ length: 20_000 }, (_, n) => write(n));
    map.build();
    expect(more.slice(4096).every((ticket) => map.result(ticket)?.outcome === 'done')).toBe(true);
    expect(map.get('a')).toBe(19_999);
    expect([map.verify().problems, arena.verify().problems]).toEqual([[], []]);
    arena.detach();
  });
});
