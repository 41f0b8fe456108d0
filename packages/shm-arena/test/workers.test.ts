// Real threads on the built package: attaching, remote frees, and deaths.
import { afterEach, describe, expect, test } from 'vitest';
import type { Participant } from '../src/api.ts';
import { Arena } from '../src/arena/arena.ts';
import { supports } from '../src/ground/supports.ts';
import { counted, message, sharedWords, start } from './crew.ts';
import { unhandled } from './kit.ts';
import { codeOf } from './support.ts';

const seed = Number(process.env.SEED ?? 20261120);
let arena = create();

function create(): Arena {
  return Arena.create({ bytes: 2 ** 26, participants: 8 });
}

afterEach(() => {
  arena.detach();
  arena = create();
});

function sound(): void {
  expect(arena.verify()).toEqual({ ok: true, problems: [], unwalked: [] });
}

describe('several threads', () => {
  test('each has a slot of its own', async () => {
    const crew = [0, 1, 2, 3].map(() => start(arena, 'visit'));
    const participants = await Promise.all(crew.map(({ result }) => result));
    const slots = [...participants, arena.participant];
    expect(new Set(slots.map(({ slot, generation }) => `${slot}:${generation}`)).size).toBe(5);
    await Promise.all(crew.map(({ exit }) => exit));
    expect(arena.stats().participants).toHaveLength(1);
    sound();
  });

  test('exchange blocks, and free what others allocated', async () => {
    const before = arena.stats().used;
    const words = sharedWords(64);
    const crew = [1, 2, 3].map((i) =>
      start(arena, 'exchange', { words, rounds: 4000, seed: seed + i }),
    );
    const freed: number[] = await Promise.all(crew.map(({ result }) => result));
    for (const count of freed) expect(count, `SEED=${seed}`).toBeGreaterThan(1000);
    await Promise.all(crew.map(({ exit }) => exit));
    for (const at of words) if (at !== 0) arena.free(at >>> 0);
    sound();
    const all = arena.tryAlloc(2 ** 26 - before); // Everything that was free is free again.
    expect(all, `SEED=${seed}`).toBeGreaterThan(0);
  });

  test('one thread too many is NO_SLOT, until somebody leaves', async () => {
    const small = Arena.create({ bytes: 2 ** 23, participants: 2 });
    const first = start(small, 'idle');
    await first.ready;
    const second = start(small, 'visit');
    await expect(second.result).rejects.toMatchObject({ code: 'NO_SLOT' });
    await first.worker.terminate();
    await first.exit;
    expect(small.recover()).toMatchObject({ reaped: 1 });
    await expect(start(small, 'visit').result).resolves.toBeTruthy();
    small.detach();
  });
});

describe('death', () => {
  test('a thread terminated in the middle of its work is recovered without a leak', async () => {
    const before = arena.stats().used;
    for (let round = 0; round < 5; round++) {
      const words = sharedWords(1);
      const crew = [start(arena, 'churn', { words }), start(arena, 'churn', { words })];
      await Promise.all(crew.map(({ ready }) => ready));
      await counted(words, 200 + 137 * round);
      await Promise.all(crew.map(({ worker }) => worker.terminate()));
      await Promise.all(crew.map(({ exit }) => exit));
      expect(arena.stats().participants.filter(({ state }) => state === 'dead')).toHaveLength(2);
      const report = arena.recover();
      expect(report).toMatchObject({ reaped: 2, deferred: [] });
      expect(report.freedBytes).toBeGreaterThan(0);
      expect(arena.stats().participants).toHaveLength(1);
      sound();
    }
    // Raw blocks stay with nobody: only their pages, of blocks the dead had not freed, are in use.
    expect(arena.stats().used).toBeGreaterThanOrEqual(before);
    expect(arena.recover()).toEqual({ reaped: 0, repaired: 0, deferred: [], freedBytes: 0 });
  });

  test('an exception, or an end without detach, is a death too', async () => {
    const crew = start(arena, 'fail');
    await expect(crew.result).rejects.toThrow('on purpose');
    await crew.exit;
    expect(arena.recover()).toMatchObject({ reaped: 1 });
    sound();
  });

  test('a dead parent buries its children', async () => {
    const parent = start(arena, 'parent');
    await message(parent.worker, (value) => value === 'child' || undefined);
    expect(arena.stats().participants).toHaveLength(3);
    await parent.worker.terminate();
    await parent.exit;
    expect(arena.recover()).toMatchObject({ reaped: 2 });
    expect(arena.stats().participants).toHaveLength(1);
    sound();
  });

  test('a thread that is buried alive is expelled, and may attach again', async () => {
    const words = sharedWords(1);
    const { worker, result, exit } = start(arena, 'untilExpelled', { words });
    const participant = await message(worker, ({ participant }) => participant as Participant);
    arena.bury(participant);
    expect(arena.recover()).toMatchObject({ reaped: 1 });
    Atomics.store(words, 0, 1);
    Atomics.notify(words, 0);
    const { codes, generation } = await result;
    expect(codes).toEqual(Array(8).fill('EXPELLED'));
    expect(generation).toBeGreaterThan(participant.generation);
    await exit;
    sound();
  });

  test.runIf(supports().webLocks)('is found by its lock where nobody watches', async () => {
    const words = sharedWords(2);
    const crew = [start(arena, 'idle', {}, false), start(arena, 'idle', {}, false)];
    await Promise.all(crew.map(({ ready }) => ready));
    await Promise.all(crew.map(({ noticed }) => noticed));
    await arena.ready;
    expect(arena.stats().participants.filter(({ locked }) => locked)).toHaveLength(3);
    expect(await arena.probe()).toBe(0);
    await crew[0]!.worker.terminate();
    expect(await arena.probe()).toBe(1);
    expect(await arena.probe()).toBe(0);
    expect(arena.recover()).toMatchObject({ reaped: 1 });
    await crew[1]!.worker.terminate();
    expect(await arena.probe()).toBe(1);
    expect(arena.recover()).toMatchObject({ reaped: 1 });
    expect(words[0]).toBe(0);
  });

  test.runIf(supports().webLocks)('of a computing thread is found by its lock', async () => {
    const crew = start(arena, 'compute', {}, false);
    await message(crew.worker, (value) => value === 'computes' || undefined);
    expect(await arena.probe()).toBe(0);
    await crew.worker.terminate();
    expect(await arena.probe()).toBe(1);
    expect(arena.recover()).toMatchObject({ reaped: 1 });
  });

  test('is told to a thread that left and came back', async () => {
    const { handle } = arena;
    const crew = start(arena, 'idle');
    await crew.ready;
    arena.detach();
    arena = Arena.attach(handle);
    await crew.worker.terminate();
    expect(arena.recover()).toMatchObject({ reaped: 1 });
  });

  test('a probe that is dropped tells nobody that the arena was detached', async () => {
    const gone = Arena.create({ bytes: 2 ** 22 });
    gone.detach();
    expect(await unhandled(() => void gone.probe())).toBe(0);
    await expect(gone.probe()).rejects.toMatchObject({ code: 'CLOSED' });
  });

  test('watch wants a running worker', async () => {
    const { worker, exit } = start(arena, 'visit');
    await exit;
    expect(codeOf(() => arena.watch(worker))).toBe('ShmError CLOSED');
    const { port1 } = new MessageChannel();
    for (const bad of [{}, null, undefined, 'worker', () => {}, arena, port1]) {
      expect(codeOf(() => arena.watch(bad as never))).toBe('TypeError WRONG_TYPE');
    }
    port1.close();
  });
});
