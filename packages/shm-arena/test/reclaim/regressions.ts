// Defects that others have had, or that we have had, by name: schedules that a test writes down
// step by step for real threads. What takes a thread to stand inside a call, the checker does
// (apps/verify/structures/reclaim): its scenarios have the same names.

import type { ArenaInstance } from '@x/shm-arena';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { leftOf } from '../kit.ts';
import { reading } from './readers.mjs';
import { control, freshArena, type Puppet, reached, type Subject, turn, World } from './support.ts';

export function regressions(subject: Subject): void {
  describe('regressions', () => {
    let world: World;
    let puppets: Puppet[];
    beforeEach(() => {
      world = new World(subject, { participants: 4 });
      world.replace(1);
      puppets = [];
    });
    afterEach(async () => {
      await Promise.all(puppets.map((puppet) => puppet.end()));
      for (let i = 0; i < 3; i++) world.domain.collect();
      expect(world.domain.stats()).toMatchObject({ pendingBlocks: 0, threads: 1 });
      expect(world.end()).toEqual([]);
    });

    const cast = async (count: number): Promise<Puppet[]> => {
      for (let i = 0; i < count; i++) puppets.push(await world.puppet());
      return puppets;
    };

    test('a domain is dropped with its arena: a reader inside, blocks retired', async () => {
      const use = (arena: ArenaInstance) => {
        const { domain, cell } = new World(subject, {}, undefined, arena);
        const reader = reading(domain, 0);
        reader.swap(cell, domain.alloc(8));
        domain.retire(reader.load(cell));
      };
      expect(await leftOf(freshArena, use)).toBe(0);
    });

    test('crossbeam 42: an old pin retires what a later reader holds', async () => {
      const { domain } = world;
      const [old, late] = (await cast(2)) as [Puppet, Puppet];
      await old.tell('load', 'a');
      world.replace(2);
      for (let i = 0; i < 5; i++) domain.collect(); // The era moves on; the epoch, by one.
      await late.tell('load', 'b');
      // Its stamp is the present, not the era of the old pin.
      await old.tell('replaceIn', 'a', 3);
      await old.tell('over', 'a');
      await old.tell('collect');
      await old.tell('replace', 600);
      await old.tell('collect');
      world.churn(600);
      expect(await late.tell('look', 'b')).toBe(1);
      await late.tell('over', 'b');
    });

    test('crossbeam 105: the epoch does not move on over a pinned thread', async () => {
      const { domain } = world;
      const [reader, other] = (await cast(2)) as [Puppet, Puppet];
      await reader.tell('load', 'a');
      world.replace(2);
      for (let i = 0; i < 10; i++) {
        domain.collect();
        await other.tell('collect');
        await other.tell('load', 'b'); // Others pin and go, in each epoch.
        world.churn(50);
        await other.tell('over', 'b');
      }
      expect(await reader.tell('look', 'a')).toBe(1);
      await reader.tell('over', 'a');
    });

    test('kovan, early free: the reader in any slot is seen, also in the last', async () => {
      const all = await cast(3);
      expect(all.map(({ slot }) => slot).sort()).toEqual([1, 2, 3]);
      for (const reader of all) {
        const name = `slot ${reader.slot}`;
        await reader.tell('load', name);
        for (const other of all) {
          if (other === reader) continue;
          await other.tell('replace', 300);
          await other.tell('collect'); // The one that has retired what the reader holds.
        }
        world.churn(600);
        expect(await reader.tell('look', name), name).toBe(1);
        await reader.tell('over', name);
      }
    });

    test('a load under an old pin: what was born since is kept as well', async () => {
      const { domain } = world;
      const [reader] = (await cast(1)) as [Puppet];
      const first = await reader.tell('load', 'a');
      world.churn(600);
      world.replace(2);
      expect(await reader.tell('again', 'a')).not.toBe(first);
      for (let i = 0; i < 3; i++) domain.collect();
      world.churn(600);
      expect(await reader.tell('look', 'a')).toBe(1);
      await reader.tell('over', 'a');
    });

    test('a reader pins while the era advances', async () => {
      const { domain } = world;
      const words = control();
      const jobs = [1, 2].map((index) => world.start('glance', { control: words, index }));
      for (let round = 0; round < 5_000 || words[1]! < 2_000 || words[2]! < 2_000; round++) {
        world.replace(round);
        domain.collect();
        if (round % 100 === 0) await turn();
      }
      Atomics.store(words, 0, 1);
      for (const job of jobs) {
        expect(await job.message).toBeGreaterThan(0); // It throws when it reads a freed block.
        await job.gone;
      }
    });

    test('adoption races with collect: each block is freed once, by one of them', async () => {
      const { arena, domain } = world;
      const helpers = await cast(2);
      for (let round = 0; round < 6; round++) {
        const victim = await world.puppet();
        await victim.tell('replace', 200); // Fewer than start a collect.
        await victim.job.terminate();
        arena.recover();
        const { orphans, pendingBlocks } = domain.stats();
        expect([orphans, pendingBlocks > 0]).toEqual([1, true]);
        const words = control();
        const totals = helpers.map((helper) => helper.tell('collectTogether', words));
        await reached(words, 1, helpers.length);
        Atomics.store(words, 0, 1);
        let freed = 0;
        while (domain.stats().pendingBlocks > 0) freed += domain.collect();
        Atomics.store(words, 0, 2);
        for (const total of totals) freed += await total;
        expect(freed).toBe(pendingBlocks);
        expect(domain.verify().problems).toEqual([]);
        world.churn(300);
      }
    });
  });
}
