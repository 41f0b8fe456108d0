// A thread that drops an arena without `detach` leaks neither its memory nor its slot.
import { Worker } from 'node:worker_threads';
import { Arena as BuiltArena } from '@x/shm-arena';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Arena } from '../src/arena/arena.ts';
import { SlotKind } from '../src/ground/kernel.ts';
import { threadRecord } from '../src/life/record.ts';
import { seatOf } from '../src/life/seats.ts';
import { takeLease } from '../src/structure/lease.ts';
import { bare, createBare, otherThread } from './bare.ts';
import { message } from './crew.ts';
import { collectAll, collected, collectGarbage, leftOf } from './kit.ts';

const LOG = bare('Log');

const log = (arena: Arena) => createBare(arena, LOG, 'log');

const workers: Worker[] = [];

/** A worker that runs `code`. */
function start(code: string, workerData?: unknown): Worker {
  const worker = new Worker(code, { eval: true, workerData });
  workers.push(worker);
  return worker;
}

const IDLE = 'setInterval(() => {}, 1000)';
const ATTACHED = `
  const { parentPort, workerData } = require('node:worker_threads');
  import(workerData.url).then(({ Arena }) => {
    globalThis.arena = Arena.attach(workerData.handle);
    parentPort.postMessage(arena.participant);
  });
  ${IDLE}`;

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.terminate()));
  await collected(() => threadRecord().places.size === 0);
});

const create = () => Arena.create({ bytes: 2 ** 22, participants: 4 });

describe('an arena that was dropped is collected', () => {
  test.each<[string, (arena: Arena) => unknown]>([
    ['unused', () => {}],
    ['with blocks and a region in use', (arena) => arena.region().alloc(arena.alloc(100))],
    ['with a structure, a pin and a lease', (arena) => use(arena)],
    ['attached twice', (arena) => Arena.attach(arena.handle)],
    ['of two copies of the package', (arena) => BuiltArena.attach(arena.handle)],
    ['detached', (arena) => arena.detach()],
    ['buried', (arena) => seatOf(arena).kernel.bury(0, 1)],
    ['saved in part', (arena) => arena.save()[Symbol.asyncIterator]().next()],
    [
      'and had watched a worker that has ended',
      async (arena) => {
        const worker = start('');
        arena.watch(worker);
        await new Promise((resolve) => worker.once('exit', resolve));
      },
    ],
    [
      'and detached, though it watched a worker that lives',
      (arena) => {
        arena.watch(start(IDLE));
        arena.detach();
      },
    ],
  ])('%s', async (_, use) => {
    expect(await leftOf(create, use)).toBe(0);
    expect(threadRecord().places.size).toBe(0);
  });
});

/** Has a structure, a region, a pin and a lease. */
function use(arena: Arena): void {
  const { kernel, seat } = log(arena);
  arena.region().alloc(2 ** 18);
  kernel.pin();
  takeLease(seat, () => {});
}

function used(): Arena['handle'] {
  const arena = create();
  use(arena);
  return arena.handle;
}

function states(arena: Arena): string[] {
  return arena.stats().participants.map(({ slot, state }) => `${slot} ${state}`);
}

describe('the slot of an arena that was dropped', () => {
  test('is given back, with what was open, while others use the arena', async () => {
    const handle = used();
    const { k } = otherThread(handle.memory);
    expect(await collected(() => k.slotKind(0) === SlotKind.FREE)).toBe(true);
    k.detach();
    using again = Arena.attach(handle);
    const { structures, pinned, used: bytes } = again.stats();
    expect(structures).toMatchObject([{ name: 'log', joined: 0 }]);
    expect(pinned).toMatchObject({ oldest: undefined, bytes: 0 });
    using fresh = create();
    expect(bytes).toBe(fresh.stats().used);
    expect(states(again)).toEqual(['0 alive']);
    expect(again.verify().problems).toEqual([]);
  });

  test('is given back by a thread that comes back before it was told', async () => {
    const { handle } = Arena.create({ bytes: 2 ** 22, participants: 1 });
    await new Promise((resolve) => setTimeout(resolve, 1));
    collectGarbage();
    expect([...threadRecord().places][0]!.seat.deref()).toBe(undefined);
    using again = Arena.attach(handle);
    expect(again.participant.generation).toBeGreaterThan(1);
    expect(states(again)).toEqual(['0 alive']);
  });

  test('and its lock', async () => {
    const held = async () => {
      const { held } = await navigator.locks.query();
      return held!.filter(({ name }) => name!.startsWith('@x/shm-arena')).length;
    };
    const before = await held();
    expect(await leftOf(create, ({ ready }) => ready)).toBe(0);
    await collectAll();
    expect(await held()).toBe(before);
  });

  test('is left to others when a repair fails', async () => {
    const repair = vi.spyOn(LOG, 'repair').mockImplementation(() => {
      throw new Error('on purpose');
    });
    const handle = used();
    const { k } = otherThread(handle.memory);
    expect(await collected(() => k.slotKind(0) > SlotKind.ALIVE)).toBe(true);
    repair.mockRestore();
    using again = Arena.attach(handle);
    expect(again.recover().reaped).toBe(1);
    expect(again.verify().problems).toEqual([]);
  });
});

describe('an arena is kept', () => {
  test.each<[string, (arena: Arena) => unknown]>([
    ['by a region', (arena) => arena.region()],
    ['by a structure', log],
    ['by a lease', (arena) => takeLease(seatOf(arena), () => {})],
    ['by an image that is half read', (arena) => arena.save()],
  ])('%s', async (_, keep) => {
    let kept: unknown;
    const only = () => {
      const arena = create();
      kept = keep(arena);
      return otherThread(arena.memory).k;
    };
    const k = only();
    await collectAll();
    expect(k.slotKind(0)).toBe(SlotKind.ALIVE);
    expect(kept).toBeDefined();
    kept = undefined;
    expect(await collected(() => k.slotKind(0) === SlotKind.FREE)).toBe(true);
  });

  test('by the watch for a worker, until that has ended', async () => {
    const watched = () => {
      const arena = create();
      const url = new URL('../dist/index.js', import.meta.url).href;
      const worker = start(ATTACHED, { handle: arena.handle, url });
      arena.watch(worker);
      return { worker, k: otherThread(arena.memory).k };
    };
    const { worker, k } = watched();
    const { slot } = await message(worker, (value) => value);
    await collectAll();
    expect(k.slotKind(0)).toBe(SlotKind.ALIVE);
    await worker.terminate();
    expect(k.slotKind(slot)).toBe(SlotKind.DEAD);
    expect(await collected(() => k.slotKind(0) === SlotKind.FREE)).toBe(true);
    expect(k.slotKind(slot)).toBe(SlotKind.FREE); // Recovered with it.
  });
});
