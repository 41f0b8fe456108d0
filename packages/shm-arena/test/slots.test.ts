// Slots of the dead are taken back by whoever attaches next, also when nobody is left to do it.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Arena } from '../src/arena/arena.ts';
import { kernelBytes } from '../src/ground/kernel.ts';
import { threadRecord } from '../src/life/record.ts';
import { openStructure } from '../src/structure/structure.ts';
import { bare, createBare, otherThread } from './bare.ts';
import { start } from './crew.ts';
import { codeOf } from './support.ts';

const LOG = bare('Log');

const opened: Arena[] = [];

afterEach(() => {
  for (const arena of opened.splice(0)) arena.detach();
  threadRecord().types.clear();
});

function create(participants: number, bytes = 2 ** 23): Arena {
  const arena = Arena.create({ bytes, participants });
  opened.push(arena);
  return arena;
}

function attach(handle: Arena['handle']): Arena {
  const arena = Arena.attach(handle);
  opened.push(arena);
  return arena;
}

/** Another thread, as far as the arena can tell. */
function other({ memory }: Arena) {
  const { k, slot } = otherThread(memory);
  return { k, slot, die: () => k.bury(slot, k.slotGeneration(slot)) };
}

function states(arena: Arena): string[] {
  return arena.stats().participants.map(({ slot, state }) => `${slot} ${state}`);
}

/** Leaves the slot of a thread that died with a `Log` open. */
async function withDead(arena: Arena): Promise<void> {
  createBare(arena, LOG, 'log').close();
  await start(arena, 'openAndDie', { kernel: kernelBytes(), names: ['log'] }).exit;
}

describe('a thread that finds only slots of the dead', () => {
  test('recovers them while others live', async () => {
    const arena = create(4);
    const others = [other(arena), other(arena), other(arena)];
    for (const { die } of others) die();
    expect(states(arena)).toEqual(['0 alive', '1 dead', '2 dead', '3 dead']);
    const { result, exit } = start(arena, 'visit');
    expect((await result).slot).toBeLessThan(4);
    await exit;
    expect(states(arena)).toEqual(['0 alive']);
    expect(arena.verify().problems).toEqual([]);
  });

  test('recovers them when nobody else is left', () => {
    for (const participants of [1, 2, 64, 65, 255]) {
      const arena = create(participants, 2 ** 26);
      const { handle } = arena;
      const others = Array.from({ length: participants - 1 }, () => other(arena));
      arena.detach();
      others.push(other(arena));
      for (const { die } of others) die();
      const again = attach(handle);
      expect(again.participant.slot).toBeLessThan(participants);
      expect(states(again)).toEqual([`${again.participant.slot} alive`]);
      expect(again.verify().problems).toEqual([]);
      again.detach();
    }
  });

  test('also in an arena without a free page', () => {
    const arena = create(2);
    const { handle } = arena;
    const dead = other(arena);
    while (arena.tryAlloc(2 ** 16) !== 0);
    arena.detach();
    const late = other(arena); // On the pages that the first thread had for its scratch block.
    dead.die();
    late.die();
    const again = attach(handle);
    expect(states(again)).toEqual([`${again.participant.slot} alive`]);
    expect(again.verify().problems).toEqual([]);
  });

  test('stays on the spare slot while they wait for its package', async () => {
    const arena = create(2);
    const { handle } = arena;
    await withDead(arena);
    arena.detach();
    other(arena);
    threadRecord().types.clear();
    const again = attach(handle); // As in a thread that loads the package only now.
    expect(again.participant.slot).toBe(2);
    expect(states(again)).toEqual(['0 alive', '1 repairing', '2 alive']);
    openStructure(again, LOG, 'log', {});
    expect(states(again)).toEqual(['0 alive', '2 alive']);
    expect(other(again).slot).toBe(1);
    expect(again.verify().problems).toEqual([]);
  });

  test('leaves no slot behind when a repair fails', async () => {
    const arena = create(2);
    const { handle } = arena;
    await withDead(arena);
    arena.detach();
    other(arena);
    const repair = vi.spyOn(LOG, 'repair').mockImplementation(() => {
      throw new Error('on purpose');
    });
    expect(() => Arena.attach(handle)).toThrow('on purpose');
    repair.mockRestore();
    const again = attach(handle);
    expect(states(again)).toEqual(['0 alive', '1 alive']);
    expect(again.verify().problems).toEqual([]);
  });
});

describe('NO_SLOT', () => {
  test('while all are alive, until somebody leaves', async () => {
    const arena = create(3);
    const others = [other(arena), other(arena)];
    const refused = start(arena, 'visit');
    await expect(refused.result).rejects.toMatchObject({
      code: 'NO_SLOT',
      message: expect.stringMatching(/one of 3 participants free, found 3 alive;/),
    });
    others[0]!.k.detach();
    await expect(start(arena, 'visit').result).resolves.toMatchObject({ slot: 1 });
  });

  test('says how many dead wait for a package that nobody loads', async () => {
    const arena = create(2);
    await withDead(arena);
    threadRecord().types.clear();
    expect(arena.recover().deferred).toEqual([{ type: 'Log', name: 'log' }]);
    other(arena); // A thread that does not load it either sits on the spare slot.
    await expect(start(arena, 'visit').result).rejects.toMatchObject({
      code: 'NO_SLOT',
      message: expect.stringMatching(/found 1 dead and no free slot; call `recover`/),
    });
  });

  test('when all slots, the spare one too, are of threads that died', () => {
    const arena = create(2);
    const { handle } = arena;
    const others = [other(arena), other(arena)];
    arena.detach();
    others.push(other(arena));
    for (const { die } of others) die();
    const wait = vi.spyOn(Atomics, 'wait').mockReturnValue('timed-out');
    expect(codeOf(() => Arena.attach(handle))).toBe('ShmError NO_SLOT');
    expect(() => Arena.attach(handle)).toThrow(/found 3 dead and no free slot/);
    expect(wait.mock.calls.length).toBeLessThan(60); // It gives up.
    wait.mockRestore();
  });
});
