// Builders in this thread and in one of their own, and what waits for them.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { Arena } from '@x/shm-arena';
import { bytes, u32 } from '@x/shm-arena/codec';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
// From the built package: its builders have a thread of their own to start.
import { AvlBatch, type Builder, type Ticket } from '../dist/index.js';
import { inlineBuilder } from '../dist/inline.js';
import {
  Control,
  codeOf,
  finished,
  freshArena,
  rejection,
  start,
  turns,
  until,
  userKey,
  values,
} from './support.ts';

const LONG = { maxDelayMs: 60_000 };

let arena: Arena;
beforeEach(() => {
  arena = freshArena();
});
afterEach(() => arena.detach());

const make = (batch: object = {}) => AvlBatch.create<string, number>(arena, { value: u32, batch });

describe.each([false, true])('a builder, worker: %j', (worker) => {
  test('builds after maxDelayMs', async () => {
    const map = make({ maxDelayMs: 2 });
    const builder = map.startBuilder({ worker });
    const tickets = Array.from({ length: 100 }, (_, n) => map.set(userKey(n), n));
    await until(() => map.applied(tickets.at(-1) as Ticket));
    expect(map.size).toBe(100);
    await builder.stop();
  });

  test('builds before that when maxOps wait', async () => {
    const map = make({ ...LONG, maxOps: 10 });
    const builder = map.startBuilder({ worker });
    const first = map.set('a', 1);
    await turns(20);
    expect(map.applied(first)).toBe(false);
    for (let n = 0; n < 9; n++) map.set(userKey(n), n);
    await until(() => map.applied(first));
    expect(map.size).toBe(10);
    await builder.stop();
  });

  test('builds at once when somebody flushes, all of it', async () => {
    const map = make({ ...LONG, maxOps: 64 });
    const builder = map.startBuilder({ worker });
    await turns(5);
    for (let n = 0; n < 1000; n++) map.set(userKey(n), n);
    await map.flush();
    expect(map.size).toBe(1000);
    await builder.stop();
  });

  test('stops: what is queued stays queued, and its slot is free', async () => {
    const map = make({ maxDelayMs: 1 });
    const builder = map.startBuilder({ worker });
    await map.settled(map.set('a', 1));
    expect(builder.running).toBe(true);
    const gone = builder.stop();
    expect(builder.running).toBe(false);
    await gone;
    await builder.stop();
    builder.close();
    const late = map.set('b', 2);
    await turns(50);
    expect(map.applied(late)).toBe(false);
    expect(arena.stats().participants.length).toBe(1);
    expect(map.build().applied).toBe(1);
  });

  test('ends when the map is closed, or destroyed through another handle', async () => {
    for (const end of ['close', 'destroy'] as const) {
      const map = make({ maxDelayMs: 1 });
      const other = AvlBatch.attach<string, number>(arena, map.handle, { value: u32 });
      const errors: Error[] = [];
      const builder = other.startBuilder({ worker, onError: (error) => errors.push(error) });
      await other.settled(other.set('a', 1));
      if (end === 'close') other.close();
      else map.destroy();
      await until(() => !builder.running && arena.stats().participants.length <= 1);
      expect(errors).toEqual([]);
      if (end === 'close')
        expect([map.get('a'), codeOf(() => other.get('a'))]).toEqual([1, 'CLOSED']);
    }
  });

  test('keeps no process alive', async () => {
    const program = `
      const { Arena } = await import('@x/shm-arena');
      const { AvlBatch } = await import('./dist/index.js');
      const map = AvlBatch.create(Arena.create({ bytes: 2 ** 24 }));
      map.startBuilder({ worker: ${worker} });
      await map.settled(map.set('a', 1));
      map.set('b', 2);
      await map.flush();
      console.log(map.size);`;
    const args = ['--input-type=module', '--eval', program];
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
    });
    expect(stdout).toBe('2\n');
  });

  test('ends when its thread leaves the arena, whatever other handles it has', async () => {
    const map = make({ maxDelayMs: 1 });
    const control = new Control();
    const job = start(arena, map, control, 0, 'leaveWithBuilder', { worker });
    control.go();
    expect(await job.message).toEqual([true, false]);
    await job.gone;
    await until(() => arena.stats().participants.length <= 1);
    expect(arena.verify().problems).toEqual([]);
  });

  test('tells of a full arena, and goes on when there is room', async () => {
    const map = AvlBatch.create<string, Uint8Array>(arena, {
      ...{ value: bytes, batch: { ...LONG, maxOps: 4 } },
    });
    const errors: string[] = [];
    const builder = map.startBuilder({
      ...{ worker, onError: (error) => errors.push((error as { code?: string }).code as string) },
    });
    await until(() => arena.stats().participants.length >= (worker ? 2 : 1));
    for (let n = 0; n < 3; n++) map.set(userKey(n), new Uint8Array(2 ** 20));
    const blocks: number[] = [];
    for (let size = 2 ** 22; size >= 2 ** 16; size /= 2) {
      for (let at = arena.tryAlloc(size); at !== 0; at = arena.tryAlloc(size)) blocks.push(at);
    }
    const last = map.set('full', new Uint8Array(1));
    await until(() => errors.length > 0);
    expect(errors[0]).toBe('ARENA_FULL');
    for (const at of blocks) arena.free(at);
    await until(() => map.applied(last));
    expect(map.size).toBe(4);
    await builder.stop();
  });

  test('of several, one builds, and the rest stand by', async () => {
    const map = make({ maxDelayMs: 1 });
    const builders = Array.from({ length: 3 }, () => map.startBuilder({ worker }));
    const control = new Control();
    const chain = start(arena, map, control, 0, 'chain', { key: 'a', most: 2000 });
    control.go();
    await finished([chain]);
    await builders[0]!.stop();
    const late = map.set('b', 1);
    await until(() => map.applied(late));
    expect([...map.entries()]).toEqual([
      ['a', 2000],
      ['b', 1],
    ]);
    await Promise.all(builders.map((builder) => builder.stop()));
    expect(map.verify().problems).toEqual([]);
  });
});

describe('a builder whose thread is made by a function', () => {
  test.each([
    ['of the file', () => new Worker(new URL('../dist/builder.js', import.meta.url))],
    ['of the text', inlineBuilder],
  ])('%s', async (_, worker) => {
    const map = make({ ...LONG, maxOps: 2 });
    const builder = map.startBuilder({ worker });
    await until(() => arena.stats().participants.length >= 2);
    map.set('a', 1);
    const ticket = map.set('b', 2);
    await until(() => map.applied(ticket));
    expect([map.size, builder.running]).toEqual([2, true]);
    await builder.stop();
    expect(arena.stats().participants.length).toBe(1);
  });

  const gone = () => new Worker(new URL('../dist/nowhere.js', import.meta.url));

  test('that does not start says why, and what else there is', async () => {
    const map = make();
    const error = await new Promise<Error>((resolve) => {
      map.startBuilder({ worker: gone, onError: resolve });
    });
    expect(error).toMatchObject({ code: 'UNSUPPORTED' });
    expect(error.message).toMatch(/nowhere\.js.*inlineBuilder/s);
    const broken = () => {
      throw new TypeError('Invalid URL');
    };
    expect(codeOf(() => map.startBuilder({ worker: broken }))).toBe('UNSUPPORTED');
  });

  test('that says nothing is told of, and stopping does not wait for it', async () => {
    vi.useFakeTimers();
    try {
      const errors: Error[] = [];
      const mute = () => new Worker('setInterval(() => {}, 1e6)', { eval: true });
      const builder = make().startBuilder({
        worker: mute,
        onError: (error) => errors.push(error),
      });
      vi.advanceTimersByTime(9_999);
      expect(errors).toEqual([]);
      vi.advanceTimersByTime(1);
      expect(errors.join()).toMatch(/nothing for 10 s.*inlineBuilder/);
      expect(builder.running).toBe(true);
      await builder.stop();
      const stopped = make().startBuilder({ worker: mute });
      const gone = stopped.stop();
      vi.advanceTimersByTime(10_000);
      await gone;
    } finally {
      vi.useRealTimers();
    }
  });

  test('that does not start is told of when nobody asked', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const builder = make().startBuilder({ worker: gone });
    await until(() => !builder.running);
    expect(warn.mock.calls.join()).toMatch(/did not start/);
    warn.mockRestore();
  });
});

test('a builder may be a Web Worker', async () => {
  const file = fileURLToPath(new URL('./workers/web.mjs', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [file]);
  expect(stdout).toBe('2 true\n1 false true\n');
});

test('a builder in a thread of its own that finds no slot says so, and ends', async () => {
  const small = freshArena({ participants: 1 });
  const map = AvlBatch.create(small, values<number>());
  const errors: string[] = [];
  let builder: Builder | undefined;
  await new Promise<void>((resolve) => {
    builder = map.startBuilder({
      worker: true,
      onError(error) {
        errors.push((error as { code?: string }).code as string);
        resolve();
      },
    });
  });
  await until(() => !builder?.running);
  expect(errors).toEqual(['NO_SLOT']);
  small.detach();
});

test('a builder in this thread works without Atomics.waitAsync', async () => {
  const { waitAsync } = Atomics;
  const map = make({ maxDelayMs: 1 });
  try {
    Object.assign(Atomics, { waitAsync: undefined });
    const builder = map.startBuilder();
    expect(await map.settled(map.set('a', 1))).toEqual({ outcome: 'done' });
    map.set('b', 1);
    await map.flush();
    expect(map.size).toBe(2);
    await builder.stop();
  } finally {
    Object.assign(Atomics, { waitAsync });
  }
});

describe('flush and settled', () => {
  test('build themselves where nobody does', async () => {
    const map = make({ maxDelayMs: 1, maxOps: 100 });
    for (let n = 0; n < 1000; n++) map.set(userKey(n), n);
    await map.flush();
    expect(map.size).toBe(1000);
    await map.flush();
    const tickets = [map.insert('a', 1), map.insert('a', 2), map.delete('b')];
    const outcomes = await Promise.all(tickets.map((ticket) => map.settled(ticket)));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['done', 'exists', 'absent']);
  });

  test('settle by a build of this thread', async () => {
    const map = make(LONG);
    const settled = map.settled(map.set('a', 1));
    map.build();
    expect(await settled).toEqual({ outcome: 'done' });
  });

  test('settle by a build of another handle, whoever flushes', async () => {
    const map = make(LONG);
    const other = AvlBatch.attach<string, number>(arena, map.handle, { value: u32, batch: LONG });
    const settled = map.settled(map.set('a', 1));
    await other.flush();
    expect(await settled).toEqual({ outcome: 'done' });
  });

  test('a flush hurries one that waits for longer', async () => {
    const map = make(LONG);
    const settled = map.settled(map.set('a', 1));
    await turns(3);
    await map.flush();
    expect(await settled).toEqual({ outcome: 'done' });
  });

  test('end with the reason of their signal; the operation stays queued', async () => {
    const map = make(LONG);
    const ticket = map.set('a', 1);
    const over = new AbortController();
    const settled = map.settled(ticket, { signal: over.signal });
    const reason = new Error('enough');
    over.abort(reason);
    await expect(settled).rejects.toBe(reason);
    await expect(map.settled(ticket, { signal: over.signal })).rejects.toBe(reason);
    await expect(map.flush({ signal: over.signal })).rejects.toBe(reason);
    expect([map.applied(ticket), map.stats().waiting]).toEqual([false, 1]);
    const later = new AbortController();
    await map.flush({ signal: later.signal });
    later.abort();
    expect(await map.settled(ticket)).toEqual({ outcome: 'done' });
  });

  test('are rejected when the map is closed or destroyed', async () => {
    for (const end of ['close', 'destroy'] as const) {
      const map = make(LONG);
      const settled = map.settled(map.set('a', 1));
      const code = rejection(settled);
      map[end]();
      expect(await code).toBe('CLOSED');
      expect(await rejection(map.flush())).toBe('CLOSED');
    }
  });

  test('are rejected with ARENA_FULL, and work when there is room again', async () => {
    const map = AvlBatch.create<string, Uint8Array>(arena, { value: bytes });
    for (let n = 0; n < 3; n++) map.set(userKey(n), new Uint8Array(2 ** 20));
    const blocks: number[] = [];
    for (let size = 2 ** 22; size >= 2 ** 16; size /= 2) {
      for (let at = arena.tryAlloc(size); at !== 0; at = arena.tryAlloc(size)) blocks.push(at);
    }
    expect(await rejection(map.flush())).toBe('ARENA_FULL');
    expect(codeOf(() => map.flushSync())).toBe('ARENA_FULL');
    expect([map.size, map.stats().waiting]).toEqual([0, 3]);
    for (const at of blocks) arena.free(at);
    await map.flush();
    expect(map.size).toBe(3);
  });

  test('flushSync is UNSUPPORTED where a thread may not block', () => {
    const map = make();
    map.set('a', 1);
    const { wait } = Atomics;
    try {
      Object.assign(Atomics, {
        wait() {
          throw new TypeError('Atomics.wait cannot be called in this context');
        },
      });
      expect(codeOf(() => map.flushSync())).toBe('UNSUPPORTED');
      expect(map.build().applied).toBe(1); // It only has to wait when another thread builds.
    } finally {
      Object.assign(Atomics, { wait });
    }
    map.flushSync();
    expect(map.get('a')).toBe(1);
  });
});

test('a builder of a map that another handle destroyed is refused', () => {
  const named = AvlBatch.create(arena, { name: 'gone' });
  AvlBatch.open(arena, 'gone').destroy();
  for (const worker of [false, true])
    expect(codeOf(() => named.startBuilder({ worker }))).toBe('CLOSED');
});
