// Workers terminated in the middle of what they do: after recovery every finished call is there,
// the list is sound, and nothing is leaked.

import type { Arena } from '@x/shm-arena';
import { u32 } from '@x/shm-arena/codec';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SkipList } from '../src/index.ts';
import { Control, freshArena, random, replay, seed, start, userKey } from './support.ts';

let arena: Arena;
let list: SkipList<string, number>;
beforeEach(() => {
  arena = freshArena();
  list = SkipList.create(arena, { value: u32 });
});
afterEach(() => arena.detach());

describe(`a terminated worker (${replay('death.test.ts')})`, () => {
  test('leaves a batch wholly or not at all', async () => {
    const [groups, width] = [4, 50];
    const below = random(seed + 1);
    for (let round = 0; round < 12; round++) {
      const control = new Control();
      const args = { groups, width, seed: seed + round };
      const job = start(arena, list, control, 0, 'batches', args);
      control.go();
      await control.reached(job, 0, 1 + below(30));
      await job.terminate();
      // Before recovery as well: a batch of the dead holds nobody up and shows nothing half.
      for (const recovered of [false, true]) {
        if (recovered) arena.recover();
        const values = new Map(list.entries());
        for (let group = 0; group < groups; group++) {
          const seen = new Set(
            Array.from({ length: width }, (_, n) => values.get(userKey(group * width + n))),
          );
          expect(seen.size).toBe(1);
        }
      }
      expect(list.size).toBe(list.count());
      list.writeBatch(
        Array.from({ length: groups * width }, (_, n) => ({
          ...{ type: 'set' as const, key: userKey(n), value: round },
        })),
      );
    }
    expect(list.verify().problems).toEqual([]);
    expect(arena.verify().problems).toEqual([]);
  });

  test('in the middle of sealing leaves a whole stack, and leaks nothing', async () => {
    const below = random(seed + 2);
    for (let round = 0; round < 12; round++) {
      const control = new Control();
      for (let n = 0; n < 100; n++) list.set(userKey(n), round);
      const job = start(arena, list, control, 0, 'seal', { times: 20 });
      control.go();
      await control.reached(job, 0, 1 + below(15));
      await job.terminate();
      arena.recover();
      expect(list.size).toBe(100);
      expect([...new Set(list.values())]).toEqual([round]);
      list.set('still writable', round);
      list.delete('still writable');
      expect(list.verify().problems).toEqual([]);
      expect(list.frozen().length).toBeGreaterThanOrEqual(control.done(0));
      list.seal();
      for (const frozen of list.frozen()) frozen.destroy();
      arena.recover();
      const { structures } = arena.stats();
      const held = list.stats().bytes + 2 ** 16; // The next list's first page.
      expect(structures.find(({ type }) => type === 'SkipList')?.bytes).toBe(held);
    }
  });

  test('that held a snapshot lets go of it by recovery', async () => {
    for (let n = 0; n < 5000; n++) list.set(userKey(n), n);
    const control = new Control();
    const job = start(arena, list, control, 0, 'hold');
    control.go();
    await control.reached(job, 0, 1);
    const full = arena.stats().used;
    list.seal().destroy();
    arena.recover();
    expect(arena.stats().pinned.bytes).toBeGreaterThan(0);
    await job.terminate();
    arena.recover();
    expect(arena.stats().pinned).toEqual({ oldest: undefined, bytes: 0 });
    expect(arena.stats().used).toBeLessThan(full);
    expect(arena.verify().problems).toEqual([]);
  });

  test('of which there are many, leaves the memory as it was', async () => {
    list.seal().destroy();
    arena.recover();
    const before = arena.stats().used;
    for (let round = 0; round < 4; round++) {
      const control = new Control();
      const jobs = [
        start(arena, list, control, 0, 'churn', { keys: 200, seed: seed + round }),
        start(arena, list, control, 1, 'batches', { groups: 5, width: 20, seed: seed + round }),
        start(arena, list, control, 2, 'snapshots'),
      ];
      control.go();
      await control.reached(jobs[0]!, 0, 50);
      await control.reached(jobs[1]!, 1, 5);
      for (const job of jobs) await job.terminate();
      arena.recover();
      expect(list.size).toBe(list.count());
      expect(list.verify().problems).toEqual([]);
      list.seal();
      for (const frozen of list.frozen()) frozen.destroy();
      arena.recover();
      expect(arena.stats().used).toBe(before);
    }
    expect(arena.verify().problems).toEqual([]);
  });
});
