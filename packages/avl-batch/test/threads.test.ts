// Real threads: writers, builders and readers at once.

import type { Arena } from '@x/shm-arena';
import { u32 } from '@x/shm-arena/codec';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
// From the built package: its builders have a thread of their own to start.
import { AvlBatch } from '../dist/index.js';
import { freshMap, WIDE } from './crowd.ts';
import {
  Control,
  content,
  finished,
  replay,
  seed,
  start,
  type Thread,
  turns,
  userKey,
} from './support.ts';

let arena: Arena;
let map: AvlBatch<string, number>;
beforeEach(() => {
  [arena, map] = freshMap();
});
afterEach(() => arena.detach());

/** How many keys of writer `index` a view has, which must be its first ones, in one row. */
function written(view: Pick<typeof map, 'count'>, index: number): number {
  const range = { gte: userKey(index * WIDE), lt: userKey((index + 1) * WIDE) };
  const seen = view.count(range);
  expect(view.count({ ...range, lt: userKey(index * WIDE + seen) })).toBe(seen);
  return seen;
}

describe(`writers, builder and readers (${replay('threads.test.ts')})`, () => {
  test('a builder in its own thread loses nothing and keeps the order of each', async () => {
    const builder = map.startBuilder({ worker: true });
    const control = new Control();
    const count = 6000;
    const writers = [0, 1].map((index) =>
      start(arena, map, control, index, 'queueUp', { base: index * WIDE, most: count }),
    );
    const reader = start(arena, map, control, 2, 'snapshots');
    control.go();
    for (let round = 0; round < 30; round++) {
      await turns(5);
      const snapshot = map.snapshot();
      for (const index of [0, 1]) written(snapshot, index);
      expect(snapshot.count()).toBe(snapshot.size);
      snapshot.close();
    }
    await finished(writers);
    control.stop();
    expect(await finished([reader])).toEqual([{ looks: expect.any(Number) }]);
    await map.flush();
    expect(map.size).toBe(2 * count);
    for (const index of [0, 1]) expect(written(map, index)).toBe(count);
    await builder.stop();
    expect(map.verify().problems).toEqual([]);
    expect(arena.verify().problems).toEqual([]);
  });

  test('what had returned before a write began is visible when that write is', async () => {
    const control = new Control();
    const writers = [0, 1].map((index) =>
      start(arena, map, control, index, 'queueUp', { base: index * WIDE, most: 30_000 }),
    );
    const builders = [2, 3].map((index) => start(arena, map, control, index, 'build'));
    control.go();
    await control.reached(writers[0]!, 0, 10);
    for (let round = 0; round < 300; round++) {
      for (const index of [0, 1]) map.set(`done ${index}`, control.done(index));
      if (round % 10 === 0) await turns(1);
      const snapshot = map.snapshot();
      for (const index of [0, 1]) {
        const known = snapshot.get(`done ${index}`) ?? 0;
        expect(written(snapshot, index)).toBeGreaterThanOrEqual(known);
      }
      snapshot.close();
    }
    control.stop();
    await finished([...writers, ...builders]);
    map.build();
    expect(map.verify().problems).toEqual([]);
  });

  test('chains of compareAndSet: nothing is applied twice or out of order', async () => {
    const control = new Control();
    const chains = ['a', 'b', 'c'].map((key, index) =>
      start(arena, map, control, index, 'chain', { key, most: 3000 }),
    );
    const builder = start(arena, map, control, 3, 'builder', { batch: { maxDelayMs: 0 } });
    control.go();
    expect(await finished(chains)).toEqual([3000, 3000, 3000]);
    control.stop();
    expect(await finished([builder])).toEqual([{ running: false, errors: [] }]);
    await map.flush();
    expect(content(map)).toEqual(['a', 'b', 'c'].map((key) => [key, 3000]));
  });

  test('readers find what is there while all of it is rebuilt', async () => {
    const count = 3000;
    for (let n = 0; n < count; n++) map.set(userKey(n), n);
    map.flushSync();
    const control = new Control();
    const readers = [0, 1].map((index) =>
      start(arena, map, control, index, 'read', { count, seed: seed + index }),
    );
    const writer = start(arena, map, control, 2, 'queueUp', { base: WIDE });
    const builder = start(arena, map, control, 3, 'build', { compactEach: 3 });
    control.go();
    await control.reached(builder, 3, 60);
    await control.reached(readers[0]!, 0, 100);
    control.stop();
    const [first, second] = await finished([...readers, writer, builder]);
    expect([first, second]).toEqual([[], []]);
    map.build();
    expect(map.verify().problems).toEqual([]);
    arena.recover();
    expect(arena.stats().pinned.bytes).toBe(0);
  });

  test('a number that all raise by compareAndSet is raised as often as they say', async () => {
    const control = new Control();
    const jobs = [0, 1, 2].map((index) =>
      start(arena, map, control, index, 'raise', { key: 'n', times: 100 }),
    );
    control.go();
    await finished(jobs);
    expect(map.get('n')).toBe(300);
  });

  test('flushes of many threads, without a builder: each sees its own', async () => {
    const control = new Control();
    const jobs = [0, 1, 2].map((index) =>
      start(arena, map, control, index, 'flushes', { base: index * WIDE, times: 50 }),
    );
    control.go();
    expect(await finished(jobs)).toEqual([0, 0, 0]);
    expect(map.size).toBe(150);
  });
});

describe('one name', () => {
  test('destroyed under its users: their next call says CLOSED, memory comes back', async () => {
    const victim = AvlBatch.create<string, number>(arena, { name: 'victim', value: u32 });
    const control = new Control();
    const jobs: Thread[] = [0, 1].map((index) =>
      start(arena, victim, control, index, 'useUntilClosed', { base: index * WIDE }),
    );
    const other = new Control();
    const builder = start(arena, victim, other, 0, 'builder');
    other.go();
    control.go();
    await other.reached(builder, 0, 1);
    await control.reached(jobs[0]!, 0, 200);
    await control.reached(jobs[1]!, 1, 200);
    victim.destroy();
    for (const job of jobs) expect(await job.message).toBe('CLOSED');
    other.stop();
    expect(await builder.message).toEqual({ running: false, errors: [] });
    await Promise.all([...jobs, builder].map((job) => job.gone));
    arena.recover();
    expect(arena.stats().structures.length).toBe(1);
    expect(arena.verify().problems).toEqual([]);
  });
});
