// Threads terminated in the middle of what they do: nothing queued is lost or applied twice,
// somebody else builds, and nothing is leaked.

import type { Arena } from '@x/shm-arena';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AvlBatch, Builder } from '../dist/index.js';
import { freshMap, WIDE } from './crowd.ts';
import {
  Control,
  content,
  finished,
  random,
  replay,
  seed,
  start,
  turns,
  until,
  userKey,
} from './support.ts';

let arena: Arena;
let map: AvlBatch<string, number>;
beforeEach(() => {
  [arena, map] = freshMap();
});
afterEach(() => arena.detach());

/** The thread of a builder, which users do not see. */
const threadOf = (builder: Builder) => {
  const { thread } = builder as unknown as { thread?: { kill(): Promise<unknown> } };
  return thread;
};

describe(`a terminated writer (${replay('death.test.ts')})`, () => {
  test('leaves what it had queued, whole and in order', async () => {
    const below = random(seed);
    for (let round = 0; round < 10; round++) {
      const control = new Control();
      const base = round * WIDE;
      const job = start(arena, map, control, 0, 'queueUp', { base });
      control.go();
      await control.reached(job, 0, 1 + below(500));
      await job.terminate();
      const done = control.done(0);
      const report = arena.recover();
      expect(report.reaped).toBe(1);
      expect(report.deferred).toEqual([]);
      map.build();
      const range = { gte: userKey(base), lt: userKey(base + WIDE) };
      const seen = map.count(range);
      // The one call in flight may have landed.
      expect([0, 1]).toContain(seen - done);
      expect([...map.values(range)]).toEqual(Array.from({ length: seen }, (_, n) => n));
    }
    expect(map.verify().problems).toEqual([]);
    expect(arena.verify().problems).toEqual([]);
  });

  test('is not waited for, and its queue goes to the next thread with its slot', async () => {
    for (let round = 0; round < 4; round++) {
      const control = new Control();
      const job = start(arena, map, control, 0, 'leave', { base: round * WIDE, count: 100 });
      control.go();
      await job.message;
      await job.terminate();
    }
    expect(map.stats().waiting).toBe(400);
    expect(map.build().applied).toBe(400);
    expect(map.size).toBe(400);
  });
});

describe(`a terminated builder (${replay('death.test.ts')})`, () => {
  test('is succeeded by whoever flushes: chains have no gap and no step twice', async () => {
    const below = random(seed + 1);
    const control = new Control();
    const chains = ['a', 'b'].map((key, index) =>
      start(arena, map, control, index, 'chain', { key }),
    );
    control.go();
    for (let round = 0; round < 12; round++) {
      const own = new Control();
      const job = start(arena, map, own, 0, 'build', { compactEach: 1 + below(5) });
      own.go();
      await own.reached(job, 0, 1 + below(40));
      await job.terminate();
      await map.flush();
    }
    control.stop();
    const steps = (await finished(chains)) as number[];
    await map.flush();
    expect(content(map)).toEqual([
      ['a', steps[0]],
      ['b', steps[1]],
    ]);
    arena.recover();
    expect(map.verify().problems).toEqual([]);
    expect(arena.verify().problems).toEqual([]);
  });

  test('is succeeded by a builder of another handle that stood by', async () => {
    const [first, second, writing] = [new Control(), new Control(), new Control()];
    const dying = start(arena, map, first, 0, 'builder');
    const heir = start(arena, map, second, 0, 'builder');
    first.go();
    second.go();
    await first.reached(dying, 0, 1);
    await second.reached(heir, 0, 1);
    const chain = start(arena, map, writing, 0, 'chain', { key: 'a' });
    writing.go();
    await writing.reached(chain, 0, 3000);
    await dying.terminate();
    // More than fits into the queue: the heir builds.
    const sofar = writing.done(0);
    await writing.reached(chain, 0, sofar + 10_000);
    writing.stop();
    const [steps] = await finished([chain]);
    await map.flush();
    expect(content(map)).toEqual([['a', steps]]);
    second.stop();
    await finished([heir]);
    arena.recover();
    expect(map.verify().problems).toEqual([]);
  });

  test('in a thread of its own is started again, and its death recovered', async () => {
    const builder = map.startBuilder({ worker: true });
    for (let round = 0; round < 3; round++) {
      expect(await map.settled(map.set(userKey(round), round))).toEqual({ outcome: 'done' });
      const before = threadOf(builder);
      await before?.kill();
      await until(() => threadOf(builder) !== before);
      expect(builder.running).toBe(true);
    }
    await builder.stop();
    expect(map.size).toBe(3);
    expect(arena.stats().participants.length).toBe(1);
    expect(arena.verify().problems).toEqual([]);
  });
});

describe(`terminated threads of all kinds (${replay('death.test.ts')})`, () => {
  test('leave a sound map, and no memory behind', async () => {
    const below = random(seed + 2);
    map.compact();
    arena.recover();
    for (let round = 0; round < 6; round++) {
      const control = new Control();
      const jobs = [
        start(arena, map, control, 0, 'mix', { keys: 300, seed: seed + round }),
        start(arena, map, control, 1, 'build', { compactEach: 2 }),
        start(arena, map, control, 2, 'snapshots'),
      ];
      control.go();
      await control.reached(jobs[1]!, 1, 5 + below(20));
      await control.reached(jobs[2]!, 2, 1);
      for (const job of jobs) await job.terminate();
      arena.recover();
      map.flushSync();
      expect(map.size).toBe(map.count());
      expect([...map.keys()].length).toBe(map.size);
      map.compact();
      arena.recover();
      expect(map.verify().problems).toEqual([]);
      expect(arena.verify().problems).toEqual([]);
      expect(arena.stats().pinned.bytes).toBe(0);
      const { structures } = arena.stats();
      expect(structures[0]!.bytes).toBe(map.stats().bytes);
    }
  });

  test('and replaced, again and again, while two chains grow: no step is lost', async () => {
    const below = random(seed + 3);
    const growing = new Control();
    const chains = ['a', 'b'].map((key, index) =>
      start(arena, map, growing, index, 'chain', { key }),
    );
    growing.go();
    const kinds: [job: string, args: () => Record<string, unknown>][] = [
      ['build', () => ({ compactEach: 1 + below(6) })],
      ['builder', () => ({ worker: below(2) === 1, batch: { maxDelayMs: below(3) } })],
      ['mix', () => ({ keys: 500, seed: below(1e6) })],
      ['snapshots', () => ({})],
      ['hold', () => ({})],
      ['flushes', () => ({ base: WIDE, times: 1e9 })],
    ];
    const hire = ([job, args]: (typeof kinds)[number]) => {
      const control = new Control();
      const hired = start(arena, map, control, 0, job, args());
      control.go();
      return hired;
    };
    const own = map.startBuilder({ worker: true });
    const jobs = kinds.map(hire);
    for (let n = 0; n < 25; n++) {
      await turns(below(300));
      const victim = below(jobs.length);
      await jobs[victim]!.terminate();
      if (below(3) === 0) arena.recover();
      jobs[victim] = hire(kinds[victim]!);
      if (below(2) === 0) await map.flush();
      if (below(5) === 0) await threadOf(own)?.kill();
    }
    growing.stop();
    const steps = await finished(chains);
    for (const job of jobs) await job.terminate();
    await own.stop();
    await map.flush();
    expect([map.get('a'), map.get('b')]).toEqual(steps);
    map.compact();
    arena.recover();
    expect(map.verify().problems).toEqual([]);
    expect(arena.verify().problems).toEqual([]);
    const { participants, pinned, structures } = arena.stats();
    expect([participants.length, pinned.bytes]).toEqual([1, 0]);
    expect(structures[0]!.bytes).toBe(map.stats().bytes);
  });

  test('that held a snapshot let go of it by recovery', async () => {
    for (let n = 0; n < 4000; n++) map.set(userKey(n), n);
    map.flushSync();
    const control = new Control();
    const job = start(arena, map, control, 0, 'hold');
    control.go();
    await control.reached(job, 0, 1);
    map.compact();
    arena.recover();
    expect(arena.stats().pinned.bytes).toBeGreaterThan(0);
    await job.terminate();
    arena.recover();
    expect(arena.stats().pinned).toEqual({ oldest: undefined, bytes: 0 });
    expect(map.size).toBe(4000);
    expect(arena.verify().problems).toEqual([]);
  });
});
