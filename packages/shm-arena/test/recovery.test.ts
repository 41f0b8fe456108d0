// Recovery in two phases: what a dead thread had begun in a structure is finished by the first
// thread that knows the structure's type, and its slot stays taken until then.
import { afterEach, describe, expect, test } from 'vitest';
import { Arena } from '../src/arena/arena.ts';
import { type ArenaKernel, kernelBytes, Status } from '../src/ground/kernel.ts';
import { threadRecord } from '../src/life/record.ts';
import type { Seat } from '../src/life/seat.ts';
import { seatOf } from '../src/life/seats.ts';
import type { StructureType } from '../src/structure/kind.ts';
import { openStructure } from '../src/structure/structure.ts';
import { bare, createBare } from './bare.ts';
import { start } from './crew.ts';

const { OK, CONTENDED, CLOSED } = Status;

/** Slots for which a repair was asked, and what it answers. */
let asked: number[] = [];
let answers: number[] = [];

const LOG: StructureType<ArenaKernel> = {
  ...bare('Log'),
  repair(_kernel, _entry, _generation, slot) {
    asked.push(slot);
    return answers.shift() ?? OK;
  },
};

let arena = Arena.create({ bytes: 2 ** 23, participants: 4 });
let seat: Seat = seatOf(arena);

afterEach(() => {
  arena.detach();
  arena = Arena.create({ bytes: 2 ** 23, participants: 4 });
  seat = seatOf(arena);
  asked = [];
  answers = [];
  threadRecord().types.clear();
});

const createLog = (name: string) => createBare(arena, LOG, name);

/** A worker that opens structures and dies with them open; resolves with its slot. */
async function dead(...names: string[]): Promise<number> {
  const crew = start(arena, 'openAndDie', { kernel: kernelBytes(), names });
  const slot = await crew.result;
  await crew.exit;
  return slot;
}

function kinds(): (string | undefined)[] {
  return arena.stats().participants.map(({ state }) => state);
}

describe('the repair of a structure', () => {
  test('runs once for each structure that the dead thread had open', async () => {
    createLog('a');
    createLog('b');
    createLog('c');
    const slot = await dead('a', 'c', 'a');
    expect(arena.recover()).toMatchObject({ reaped: 1, repaired: 2, deferred: [] });
    expect(asked).toEqual([slot, slot]);
    expect(kinds()).toEqual(['alive']);
    expect(arena.stats().structures.map(({ joined }) => joined)).toEqual([1, 1, 1]);
    expect(arena.recover()).toMatchObject({ reaped: 0, repaired: 0 });
  });

  test('waits for the package, which repairs when it is first used', async () => {
    createLog('a').close();
    const slot = await dead('a');
    threadRecord().types.clear();
    expect(arena.recover()).toMatchObject({
      reaped: 0,
      repaired: 0,
      deferred: [{ type: 'Log', name: 'a' }],
    });
    expect(kinds()).toEqual(['alive', 'repairing']);
    expect(arena.recover().deferred).toHaveLength(1);
    expect(asked).toEqual([]);
    const { handle } = arena;
    arena.detach();
    arena = Arena.attach(handle); // As in a thread that loads the package only now.
    openStructure(arena, LOG, 'a', {});
    expect(asked).toEqual([slot]);
    expect(kinds()).toEqual(['alive']);
  });

  test('is put off when somebody living is in the way, and asked for again', async () => {
    createLog('a');
    await dead('a');
    answers = Array(8).fill(CONTENDED);
    expect(arena.recover()).toMatchObject({ reaped: 0, deferred: [{ type: 'Log', name: 'a' }] });
    expect(kinds()).toEqual(['alive', 'repairing']);
    answers = [CONTENDED, CONTENDED, OK];
    expect(arena.recover()).toMatchObject({ reaped: 1, repaired: 1, deferred: [] });
  });

  test('is over when the structure was destroyed meanwhile', async () => {
    const log = createLog('a');
    await dead('a');
    answers = [CLOSED];
    expect(arena.recover()).toMatchObject({ reaped: 1 });
    await dead('a');
    log.destroy();
    expect(arena.recover()).toMatchObject({ reaped: 1, deferred: [] });
    expect(arena.verify().ok).toBe(true);
  });

  test('keeps what is packed for the call that met the dead', async () => {
    createLog('a');
    await dead('a');
    const { crossing } = seat;
    crossing.begin();
    const at = crossing.take(100);
    crossing.view.fill(7, at, at + 100);
    seat.recoverQuietly();
    expect(asked).toHaveLength(1);
    expect(crossing.view.slice(at, at + 100).every((byte) => byte === 7)).toBe(true);
    expect(crossing.take(1)).toBeGreaterThanOrEqual(at + 100);
  });
});

test('a creator that died is succeeded by the next', async () => {
  const crew = start(arena, 'createAndDie', { kernel: kernelBytes(), name: 'a' });
  await crew.exit;
  expect(arena.structures()).toEqual([]);
  createLog('a');
  expect(arena.structures()).toMatchObject([{ name: 'a' }]);
  arena.recover();
  expect(arena.verify()).toMatchObject({ ok: true });
});
