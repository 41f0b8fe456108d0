// What names a slot, an entry or a region is compared later, when that may be another's by then.
// Each test lets it be another's at the moment that matters.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ARENA_PROTOCOL } from '../build/numbers/ground/layout.ts';
import { Arena } from '../src/arena/arena.ts';
import { type ArenaKernel, kernelBytes, SlotKind, Status } from '../src/ground/kernel.ts';
import { threadRecord } from '../src/life/record.ts';
import type { Seat } from '../src/life/seat.ts';
import { seatOf } from '../src/life/seats.ts';
import type { StructureType } from '../src/structure/kind.ts';
import { createStructure, openStructure } from '../src/structure/structure.ts';
import { descriptor, PAGE, problems, recover, stats, type Threads, world } from './kernel-world.ts';
import { codeOf } from './support.ts';

const DIRECTORY_LOCK = 256;

const slotAt = (slot: number): number => 1024 + slot * 1024;
const lockOf = (slot: number): number => slotAt(slot) + 48;

function view({ memory }: Threads): DataView {
  return new DataView(memory.buffer);
}

/** The word of a lock that `slot` holds in the life of that generation. */
function held(slot: number, generation: number): bigint {
  return (BigInt(generation) << 32n) | BigInt(slot + 1);
}

describe('a lock', () => {
  test('of a former life of a slot that lives again is inherited', () => {
    const w = world(64);
    const { k } = w.attach();
    const dead = w.attach(2);
    const life = k.slotGeneration(dead.slot);
    k.buryThread(2);
    recover(k);
    expect(w.attach(3).slot).toBe(dead.slot);
    view(w).setBigUint64(DIRECTORY_LOCK, held(dead.slot, life), true);
    expect(k.entryClaim(descriptor(w, k, 'a'))).toBeGreaterThanOrEqual(0);
    expect(view(w).getBigUint64(DIRECTORY_LOCK, true)).toBe(0n);
  });

  test('of the present life is not', () => {
    const w = world(64);
    const { k } = w.attach();
    const other = w.attach(2);
    const word = held(other.slot, k.slotGeneration(other.slot));
    view(w).setBigUint64(DIRECTORY_LOCK, word, true);
    expect(k.entryClaim(descriptor(w, k, 'a'))).toBe(-Status.CONTENDED);
    expect(problems(w, k)).toEqual([`14@${DIRECTORY_LOCK.toString(16)}`]);
    k.buryThread(2);
    recover(k);
    expect(problems(w, k)).toEqual([]);
  });
});

describe('the right to work on a dead slot', () => {
  test('is one thread’s, and its life’s alone', () => {
    const w = world(64);
    const { k } = w.attach();
    const victim = w.attach(2);
    const first = w.attach(3);
    k.buryThread(2);
    expect(first.k.reap(victim.slot)).toBe(1);
    expect(first.k.reap(victim.slot)).toBe(1); // Again, in the same hands.
    expect(k.reap(victim.slot)).toBe(0);
    first.k.detach();
    const next = w.attach(4);
    expect(next.slot).toBe(first.slot);
    expect(next.k.recoverArena(victim.slot)).toBe(0); // It is not the new life's.
    expect(k.reap(victim.slot)).toBe(1);
    expect(next.k.reap(victim.slot)).toBe(0);
    k.recoverArena(victim.slot);
    expect(k.finishRecovery(victim.slot)).toBe(1);
    expect(view(w).getBigUint64(lockOf(victim.slot), true)).toBe(0n);
    expect(problems(w, k)).toEqual([]);
  });

  test('is inherited from one who died between the last two steps', () => {
    const w = world(64);
    const { k } = w.attach();
    const victim = w.attach(2);
    const reaper = w.attach(3);
    const word = held(reaper.slot, k.slotGeneration(reaper.slot));
    k.buryThread(2);
    recover(k);
    const next = w.attach(4);
    expect(next.slot).toBe(victim.slot);
    view(w).setBigUint64(lockOf(victim.slot), word, true); // Behind step 8 of the life before.
    expect(k.reap(victim.slot)).toBe(0); // It lives.
    k.buryThread(4);
    expect(k.reap(victim.slot)).toBe(0); // The one before is still inside, or so it seems.
    k.buryThread(3);
    expect(k.reap(victim.slot)).toBe(1);
    recover(k);
    expect(k.slotKind(victim.slot)).toBe(SlotKind.FREE);
    expect(k.slotKind(reaper.slot)).toBe(SlotKind.FREE);
  });
});

test('a region that could not be made is not made again in the same life', () => {
  const w = world(64);
  const { k } = w.attach();
  while (k.alloc(PAGE, 0) !== 0);
  const before = k.regionGeneration(0);
  expect(k.regionOpen(0)).toBe(-Status.FULL);
  expect(k.regionGeneration(0)).toBe(before + 1);
  expect(problems(w, k)).toEqual([]);
});

test('to join a structure that is gone does not leave the one that has its entry', () => {
  const w = world(64);
  const { k, slot } = w.attach();
  const entry = k.entryClaim(descriptor(w, k, 'a'));
  const generation = k.resultLow();
  expect(generation).toBe(k.entryGeneration(entry));
  k.entryPublish(entry, generation, 0);
  k.entryDestroy(entry, generation);
  expect(k.entryClaim(descriptor(w, k, 'b'))).toBe(entry);
  expect(k.entryPublish(entry, generation + 1, 0)).toBe(Status.OK);
  expect(k.entryJoin(entry, generation)).toBe(Status.CLOSED);
  expect(k.nextJoined(slot, 0)).toBe(entry);
  expect(k.entryFind(descriptor(w, k, 'b') + 88, 1)).toBe(entry);
  expect(k.resultLow()).toBe(generation + 1);
});

test('when no region is left the limit says so, and nothing has changed', () => {
  const w = world(2048);
  const { k } = w.attach();
  let count = 0;
  for (let region = 0; region >= 0; count++) region = k.regionOpen(0);
  expect(count).toBe(1025);
  const before = stats(w, k);
  expect(k.regionOpen(0)).toBe(-Status.LIMIT);
  expect(stats(w, k)).toEqual(before);
  expect(problems(w, k)).toEqual([]);
});

describe('between two calls of a thread', () => {
  let arena: Arena;
  let seat: Seat;
  let other: ArenaKernel;
  /** What repairs were asked for: whose, with which generation, and that of the entry. */
  let asked: string[] = [];

  beforeEach(() => {
    arena = Arena.create({ bytes: 2 ** 22, participants: 4 });
    seat = seatOf(arena);
    const module = new WebAssembly.Module(kernelBytes());
    const { exports } = new WebAssembly.Instance(module, { env: { memory: seat.memory } });
    other = exports as unknown as ArenaKernel;
    other.attach(77);
    asked = [];
  });
  afterEach(() => {
    arena.detach();
    threadRecord().types.clear();
  });

  const kind = (type: string): StructureType<ArenaKernel> => ({
    type,
    own: 'ARENA_PROTOCOL',
    kernel: kernelBytes,
    repair(kernel, entry, generation) {
      asked.push(`${type} ${generation}, is ${kernel.entryGeneration(entry)}`);
      return kernel.entryAlive(entry, generation) === 0 ? Status.CLOSED : Status.OK;
    },
    verify: (_kernel, entry, generation) => [`${entry}:${generation}`],
  });
  const [LOG, TREE] = [kind('Log'), kind('Tree')] as const;
  const make = (type: StructureType<ArenaKernel>, name: string) =>
    createStructure(arena, type, { name }, (_kernel, _entry, _generation, crossing) => {
      crossing.begin();
      return Status.OK;
    });

  /** The other thread destroys what is in the entry, and puts another thing there. */
  function replace(entry: number, type: string, name: string): void {
    expect(other.entryDestroy(entry, other.entryGeneration(entry))).toBe(Status.OK);
    const w = { memory: seat.memory } as Threads;
    const at = descriptor(w, other, name, 0);
    const bytes = new Uint8Array(seat.memory.buffer, at, 256);
    bytes[16] = ARENA_PROTOCOL;
    bytes[37] = type.length;
    bytes.set(new TextEncoder().encode(type), 184);
    expect(other.entryClaim(at)).toBe(entry);
    expect(other.entryPublish(entry, other.resultLow(), 0)).toBe(Status.OK);
  }

  /** Lets `what` happen once, behind a call of the kernel's function. */
  function behind(call: 'entryFind' | 'entryRead' | 'entryKind', what: () => void): void {
    const { kernel } = seat;
    let due = true;
    const then = (...values: [number, number]): number => {
      const result = kernel[call](...values);
      if (due) what();
      due = false;
      return result;
    };
    const value = { ...kernel, [call]: then };
    Object.defineProperty(seat, 'kernel', { value });
  }

  test('a name that was found is not given to another structure', () => {
    const { entry } = make(LOG, 'a');
    behind('entryFind', () => replace(entry, 'Log', 'b'));
    expect(codeOf(() => openStructure(arena, LOG, 'a', {}))).toBe('ShmError NAME_UNKNOWN');
    expect(openStructure(arena, LOG, 'b', {}).entry).toBe(entry);
  });

  test('a repair is told whose entry it was', () => {
    make(TREE, 'other').destroy(); // Both types are known.
    const { entry, generation } = make(LOG, 'a');
    expect(other.entryJoin(entry, generation)).toBe(Status.OK);
    const victim = new WebAssembly.Instance(new WebAssembly.Module(kernelBytes()), {
      env: { memory: seat.memory },
    }).exports as unknown as ArenaKernel;
    victim.attach(78);
    expect(victim.entryJoin(entry, generation)).toBe(Status.OK);
    seat.kernel.buryThread(78);
    behind('entryRead', () => replace(entry, 'Tree', 'b'));
    expect(arena.recover()).toMatchObject({ reaped: 1, deferred: [] });
    expect(asked).toEqual([`Log ${generation}, is ${generation + 1}`]);
  });

  test('a structure is verified as the one that was listed', () => {
    const { entry, generation } = make(LOG, 'a');
    behind('entryRead', () => replace(entry, 'Log', 'b'));
    expect(arena.verify().problems).toEqual([`Log "a": ${entry}:${generation}`]);
  });
});
