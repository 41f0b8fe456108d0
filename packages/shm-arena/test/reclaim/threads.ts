// The part of the suite that takes several threads: at work together, coming and going, killed.

import { describe, expect, test } from 'vitest';
import { finished } from '../kit.ts';
import { control, type Job, reached, type Subject, type World, worlds } from './support.ts';

export function threads(subject: Subject): void {
  describe('threads', () => {
    let world: World;
    worlds(subject, (given) => {
      world = given;
    });

    const results = async <R>(jobs: Job[]) => (await finished(jobs)) as R[];

    test('two workers push and pop: nothing is lost, read freed, or left', async () => {
      const { domain } = world;
      const count = 10_000;
      const jobs = [0, 1].map((i) => world.start('stack', { count, from: i * count }));
      const sums = await results<{ sum: number; empty: number }>(jobs);
      expect(sums.reduce((total, { empty }) => total + empty, 0)).toBe(0);
      expect(sums.reduce((total, { sum }) => total + sum, 0)).toBe(count * (2 * count - 1));
      for (let i = 0; i < 3; i++) domain.collect();
      expect(domain.stats()).toMatchObject({ pendingBlocks: 0, orphans: 0, threads: 1, blocks: 1 });
    });

    test('threads are killed at work: what they had retired is adopted and freed', async () => {
      const { arena, domain } = world;
      world.replace(1);
      for (let round = 0; round < 4; round++) {
        const words = control();
        const jobs = [1, 2].map((index) => world.start('replace', { control: words, index }));
        await reached(words, 1, 300);
        await reached(words, 2, 300);
        await jobs[0]!.terminate();
        expect(arena.recover().deferred).toEqual([]);
        Atomics.store(words, 0, 1);
        await jobs[1]!.message;
        await jobs[1]!.gone;
        for (let i = 0; i < 3; i++) domain.collect();
        expect(domain.stats()).toMatchObject({ pendingBlocks: 0, orphans: 0, threads: 1 });
      }
      expect(domain.verify().problems).toEqual([]);
      // Of each death at most the block in hand is lost, and what its thread had not told.
      expect(Math.abs(domain.stats().blocks)).toBeLessThan(4 * 300);
    });

    test('a reader that has stopped keeps what is stated, and its death frees it', async () => {
      const { arena, domain } = world;
      const words = control();
      world.replace(1);
      const job = world.start('stall', { control: words });
      await reached(words, 1, 1);
      for (let i = 0; i < 20_000; i++) {
        world.replace(i);
        if (i % 1000 !== 0) continue;
        const { pendingBlocks, boundBlocks } = domain.stats();
        expect(pendingBlocks).toBeLessThanOrEqual(boundBlocks);
      }
      domain.collect();
      const { keptBlocks, pendingBlocks } = domain.stats();
      expect(keptBlocks).toBe(pendingBlocks);
      expect(keptBlocks).toBeGreaterThan(0);
      expect(keptBlocks).toBeLessThanOrEqual(subject.keepsAtMost);
      await job.terminate();
      arena.recover();
      for (let i = 0; i < 3; i++) domain.collect();
      expect(domain.stats()).toMatchObject({ pendingBlocks: 0, orphans: 0, threads: 1 });
    });

    test('threads come and go again and again: slots and homes are used again', async () => {
      const { arena, domain } = world;
      world.replace(1);
      const visitors = [1, 2, 3];
      const jobs = visitors.map((i) => world.start('visit', { rounds: 60, from: i * 1000 }));
      const slots = await results<number[]>(jobs);
      expect(Math.max(...slots.flat())).toBeLessThanOrEqual(visitors.length);
      expect(arena.stats().participants.length).toBe(1);
      for (let i = 0; i < 3; i++) domain.collect();
      expect(domain.stats()).toMatchObject({ pendingBlocks: 0, orphans: 0, threads: 1, blocks: 2 });
      expect(domain.verify().problems).toEqual([]);
    });

    test('the slot of a dead reader is used again, and keeps nothing for it', async () => {
      const { arena, domain } = world;
      const slots = new Set<number>();
      for (let round = 0; round < 3; round++) {
        world.replace(round);
        const words = control();
        const job = world.start('stall', { control: words });
        await reached(words, 1, 1);
        slots.add(Atomics.load(words, 1));
        world.churn(600);
        expect(domain.stats().pendingBlocks).toBeGreaterThan(0);
        await job.terminate();
        arena.recover();
        const next = await world.puppet();
        slots.add(1 + next.slot);
        for (let i = 0; i < 3; i++) domain.collect();
        expect(domain.stats()).toMatchObject({ pendingBlocks: 0, threads: 2 });
        await next.end();
      }
      expect(slots.size).toBe(1);
    });
  });
}
