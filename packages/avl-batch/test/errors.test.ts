// Every way a call can fail, told apart by its code, and that nothing has changed after it.

import type { Arena } from '@x/shm-arena';
import { bytes, u32 } from '@x/shm-arena/codec';
import { READER } from '@x/shm-arena/map';
import { unhandled } from '@x/testkit/node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AvlBatch } from '../src/index.ts';
import {
  Control,
  codeOf,
  content,
  freshArena,
  rejection,
  start,
  userKey,
  values,
} from './support.ts';

let arena: Arena;
beforeEach(() => {
  arena = freshArena();
});
afterEach(() => arena.detach());

describe('full queues and arenas', () => {
  test('QUEUE_FULL: by each kind of write, until a build', () => {
    const map = AvlBatch.create<string, number>(arena, { value: u32, batch: { maxQueued: 10 } });
    for (let n = 0; n < 10; n++) map.set(userKey(n), n);
    const writes = [
      ...[() => map.set('x', 1), () => map.insert('x', 1), () => map.delete(userKey(0))],
      () => map.compareAndSet(userKey(0), 0, 1),
    ];
    for (const write of writes) expect(codeOf(write)).toBe('QUEUE_FULL');
    expect(() => map.set('x', 1)).toThrow(/at most 10 operations .* \(10 of all threads\)/);
    expect([map.stats().waiting, map.get('x', { pending: true })]).toEqual([10, undefined]);
    expect(map.build().applied).toBe(10);
    for (const write of writes) write();
    map.build();
    expect([map.size, map.get('x'), map.has(userKey(0))]).toEqual([10, 1, false]);
  });

  test('ARENA_FULL from a build: what is visible and what is queued stay as they were', () => {
    const small = freshArena({ bytes: 6 * 2 ** 20, participants: 2 });
    const map = AvlBatch.create<string, Uint8Array>(small, {
      ...{ value: bytes, batch: { maxQueued: 64 } },
    });
    const value = new Uint8Array(5000);
    for (let n = 0; n < 100; n++) {
      map.set(userKey(n), value);
      if (n % 10 === 9) map.build();
    }
    map.set('a', value);
    map.set('b', value);
    map.delete(userKey(1));
    const before = content(map);
    const taken: number[] = []; // Others fill the arena, also what the map counted on.
    for (const bytes of [2 ** 16, 8192, 512, 64]) {
      const code = codeOf(() => {
        for (;;) taken.push(small.alloc(bytes));
      });
      expect(code).toBe('ARENA_FULL');
    }
    const codes = Array.from({ length: 20 }, () => codeOf(() => map.build()));
    expect(codes.at(-1) ?? codeOf(() => map.set('c', value))).toBe('ARENA_FULL');
    expect(map.size + map.stats().waiting).toBeLessThanOrEqual(103);
    if (codes[0] === 'ARENA_FULL') expect(content(map)).toEqual(before);
    expect(map.verify().problems).toEqual([]);
    for (const at of taken) small.free(at);
    map.build();
    expect([map.size, map.has('a'), map.has('b'), map.has(userKey(1))]).toEqual([
      ...[101, true, true, false],
    ]);
    expect(map.verify().problems).toEqual([]);
    expect(small.verify().problems).toEqual([]);
    small.detach();
  });

  test('a build that does not fit makes room by compacting', () => {
    const small = freshArena({ bytes: 24 * 2 ** 20, participants: 2 });
    const map = AvlBatch.create<string, Uint8Array>(small, {
      ...{ value: bytes, batch: { maxQueued: 64, autoCompact: false } },
    });
    let compacted = 0;
    for (let round = 0; round < 20; round++) {
      for (let n = 0; n < 50; n++) map.set(userKey(n), new Uint8Array(60_000).fill(round));
      if (map.build().compacted) compacted++;
      for (let n = 5; n < 50; n++) map.delete(userKey(n));
      if (map.build().compacted) compacted++;
    }
    expect(compacted).toBeGreaterThan(1);
    expect(map.size).toBe(5);
    expect([...map.values()].every((value) => value[0] === 19)).toBe(true);
    expect(map.verify().problems).toEqual([]);
    small.detach();
  });

  test('autoCompact rebuilds while there is room to do so', () => {
    const small = freshArena({ bytes: 8 * 2 ** 20, participants: 2 });
    const map = AvlBatch.create<string, Uint8Array>(small, {
      ...{ value: bytes, batch: { maxQueued: 64 } },
    });
    for (let n = 0; n < 400; n++) {
      map.set(userKey(n), new Uint8Array(5000));
      if (n % 50 === 49) map.build();
    }
    for (let round = 0; round < 100; round++) {
      for (let n = 0; n < 20; n++) {
        map.set(userKey((round * 37 + n) % 400), new Uint8Array(5000).fill(round));
      }
      map.build();
    }
    expect(map.size).toBe(400);
    expect(map.verify().problems).toEqual([]);
    expect(small.verify().problems).toEqual([]);
    small.detach();
  });

  test('ARENA_FULL from a write: nothing was queued', () => {
    const small = freshArena({ bytes: 4 * 2 ** 20, participants: 2 });
    const map = AvlBatch.create<string, Uint8Array>(small, {
      ...{ value: bytes, batch: { maxQueued: 1000 } },
    });
    let queued = 0;
    const code = codeOf(() => {
      for (; queued < 1000; queued++) map.set(userKey(queued), new Uint8Array(10_000));
    });
    expect(code).toBe('ARENA_FULL');
    expect(map.stats().waiting).toBe(queued);
    expect(map.verify().problems).toEqual([]);
    small.detach();
  });
});

describe('tickets of something else', () => {
  test('are refused', () => {
    const map = AvlBatch.create(arena, values<number>());
    const other = AvlBatch.create(arena, values<number>());
    const ticket = map.set('a', 1);
    for (const wrong of [other.set('a', 1), { ...ticket, number: 2 }, { ...ticket, queue: 9 }]) {
      expect(() => map.applied(wrong), JSON.stringify(wrong)).toThrow(RangeError);
      expect(() => map.result(wrong)).toThrow(RangeError);
    }
    for (const number of [0, -1, 1.5, 2 ** 53, 2 ** 32 + 1]) {
      expect(() => map.applied({ ...ticket, number }), String(number)).toThrow(RangeError);
    }
    for (const queue of [-1, 16, 255, 256]) {
      expect(() => map.applied({ ...ticket, queue }), String(queue)).toThrow(RangeError);
    }
    for (const none of [undefined, null, 5, {}]) {
      expect(() => map.applied(none as never)).toThrow(TypeError);
    }
  });

  test('reject settled', async () => {
    const map = AvlBatch.create(arena, values<number>());
    const ticket = map.set('a', 1);
    expect(await rejection(map.settled({ ...ticket, number: 7 }))).toBe('OUT_OF_RANGE');
    expect(await rejection(map.settled(null as never))).toBe('INVALID_TYPE');
  });
});

describe('contention', () => {
  interface Inside {
    core: { kernel: Record<string, unknown> };
  }

  /** Lets a function of the kernel say CONTENDED `times` times before it does its work. */
  function contended(map: AvlBatch<string, number>, name: string, times: number): () => number {
    const { core } = (map as unknown as Record<symbol, Inside>)[READER]!;
    const real = core.kernel;
    const call = real[name] as (...args: number[]) => number;
    let calls = 0;
    core.kernel = { ...real, [name]: (...args: number[]) => (calls++ < times ? 2 : call(...args)) };
    return () => calls;
  }

  test('is waited out, with key and values packed anew', () => {
    const map = AvlBatch.create<string, number>(arena, { value: u32 });
    map.set('a key beyond sixteen bytes', 6);
    const appends = contended(map, 'append', 6);
    const ticket = map.compareAndSet('a key beyond sixteen bytes', 6, 7);
    const builds = contended(map, 'build', 6);
    map.build();
    expect([appends(), builds()]).toEqual([7, 7]);
    expect(map.result(ticket)).toEqual({ outcome: 'done' });
    expect(content(map)).toEqual([['a key beyond sixteen bytes', 7]]);
  });

  test('is CONTENDED on a thread that has to hear of deaths, when it does not end', () => {
    const map = AvlBatch.create<string, number>(arena, { value: u32 });
    map.set('a', 1);
    contended(map, 'build', Number.POSITIVE_INFINITY);
    expect(codeOf(() => map.build())).toBe('CONTENDED');
    expect(codeOf(() => map.flushSync())).toBe('CONTENDED');
    expect(map.stats().waiting).toBe(1);
  });

  test('flush waits for as long as another thread builds', async () => {
    const map = AvlBatch.create<string, number>(arena, { value: u32 });
    map.set('a', 1);
    const builds = contended(map, 'build', 3);
    await map.flush();
    expect(builds()).toBe(4);
    expect(map.get('a')).toBe(1);
  });
});

describe('promises that are dropped', () => {
  test('are not heard of, whatever they are rejected with', async () => {
    const map = AvlBatch.create(arena, { ...values<number>(), batch: { maxDelayMs: 60_000 } });
    const ticket = map.set('a', 1);
    const waiting = map.settled(ticket); // The same, held: it is told.
    const found = await unhandled(() => {
      void map.settled(ticket);
      void map.settled(ticket, { signal: AbortSignal.timeout(1) });
      void map.settled('ticket' as never);
      void map.flush({ signal: AbortSignal.abort() });
      map.destroy();
      void map.flush();
      void map.settled(ticket);
    });
    expect(found).toBe(0);
    expect(await rejection(waiting)).toBe('CLOSED');
    expect(await rejection(map.flush())).toBe('CLOSED');
    expect(await unhandled(() => void Promise.reject(new Error('on purpose')))).toBe(1);
  });
});

describe('names, types, codecs and options', () => {
  test('what a member holds is checked', async () => {
    const map = AvlBatch.create(arena);
    expect(codeOf(() => map.get('a', { pending: 1 } as never))).toBe('INVALID_TYPE');
    expect(codeOf(() => map.startBuilder({ worker: 1 } as never))).toBe('INVALID_TYPE');
    expect(await rejection(map.flush({ signal: 3 } as never))).toBe('INVALID_TYPE');
    expect(await rejection(map.settled(map.set('a', 1), { signal: {} } as never))).toBe(
      'INVALID_TYPE',
    );
  });

  test('options out of range', () => {
    const create = (batch: object) => () => AvlBatch.create(arena, { batch });
    for (const batch of [
      ...[{ maxOps: 0 }, { maxOps: 2 ** 24 + 1 }, { maxQueued: 0 }, { maxQueued: 1.5 }],
      ...[{ maxDelayMs: -1 }, { maxDelayMs: Number.NaN }, { maxDelayMs: 60_001 }],
    ]) {
      expect(create(batch), JSON.stringify(batch)).toThrow(RangeError);
    }
    for (const batch of [{ maxOps: '1' }, { maxDelayMs: '1' }, { autoCompact: 1 }]) {
      expect(create(batch), JSON.stringify(batch)).toThrow(TypeError);
    }
    expect(() => AvlBatch.create(arena, { batch: 5 as never })).toThrow(TypeError);
    expect(() => AvlBatch.create(arena, 5 as never)).toThrow(TypeError);
    expect(arena.structures()).toEqual([]);
    const map = AvlBatch.create(arena);
    expect(() => map.startBuilder({ worker: 1 as never })).toThrow(TypeError);
    expect(() => map.startBuilder({ onError: 1 as never })).toThrow(TypeError);
    expect(() => new (AvlBatch as unknown as new () => unknown)()).toThrow(TypeError);
  });
});

describe('after the end', () => {
  test('CLOSED after the arena was detached', () => {
    const other = freshArena();
    const map = AvlBatch.create(other, values<number>());
    const builder = map.startBuilder();
    const snapshot = map.snapshot();
    other.detach();
    expect(builder.running).toBe(false);
    expect(codeOf(() => map.get('a'))).toBe('CLOSED');
    expect(codeOf(() => snapshot.get('a'))).toBe('SNAPSHOT_CLOSED');
    snapshot.close();
    map.close();
  });

  test('EXPELLED from a thread that was declared dead; what it had queued is applied', async () => {
    const map = AvlBatch.create<string, number>(arena, { value: u32 });
    const control = new Control();
    const job = start(arena, map, control, 0, 'expelled');
    control.go();
    await control.reached(job, 0, 1);
    arena.bury(control.participant(0));
    control.stop();
    const codes = (await job.message) as string[];
    expect(codes.length).toBeGreaterThan(11);
    expect(codes.filter((code) => code !== 'EXPELLED')).toEqual([]);
    await job.gone;
    arena.recover();
    map.build();
    expect(content(map)).toEqual([['b', 1]]);
    expect(arena.verify().problems).toEqual([]);
  });
});
