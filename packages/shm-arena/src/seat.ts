// A seat: this thread's place in one arena. There is one slot a thread and arena, however many
// Arena objects and copies of this package the thread has; what they share lies in a record under a
// global symbol, as plain data that other releases can read too. A Seat is one copy's view of that
// record.

import type { Arena } from './api.ts';
import { Crossing, type ScratchOwner, type SharedScratch } from './crossing.ts';
import { rangeError, ShmError, typeError } from './errors.ts';
import { describeFound } from './handles.ts';
import {
  type AnyKernel,
  type ArenaKernel,
  instantiate,
  KERNEL_BYTES,
  SlotKind,
  Status,
} from './kernel.ts';
import { Patience } from './patience.ts';
import { leavePlace, type Place, seatsOf, takePlace } from './places.ts';
import { checkArenaProtocol, type Protocols } from './protocol.ts';
import { hasDead, recover } from './recovery.ts';
import { isMainThread, threadNumber } from './supports.ts';

/** What the copies of this package in one thread share about one arena. */
export interface SharedSeat {
  readonly memory: WebAssembly.Memory;
  readonly id: string;
  readonly slot: number;
  readonly generation: number;
  readonly scratch: SharedScratch;
  /** Arena objects that are not detached. */
  holds: number;
  /** Open instances of each structure, by entry and generation. */
  readonly joins: Map<string, number>;
  /** Ends what is open on this seat; called when the last hold goes. */
  readonly closers: Set<() => void>;
  /** Users of the lease interval that leases share when the slot has no room for one more. */
  overflow: number;
  /** Whether this thread learns of other threads' deaths by events: then it must not wait long. */
  watches: boolean;
  /** Resolves when this thread's death can be noticed; absent until somebody saw to that. */
  ready: Promise<void> | undefined;
  /** Where it is noted; undefined before it is. */
  place: Place | undefined;
  /** Whether this thread was buried and has taken another slot since. */
  over: boolean;
}

/** A kind of structure as recovery and `verify` see it, whichever copy registered it. */
export interface RegisteredType extends Protocols {
  readonly type: string;
  /** Finishes or takes back what the dead `slot` had begun. A status; may be repeated. */
  repair(shared: SharedSeat, entry: number, generation: number, slot: number): number;
  /** Walks the structure; one sentence for each problem. */
  verify(shared: SharedSeat, entry: number, generation: number): string[];
}

interface ThreadRecord {
  readonly places: Set<Place>;
  /** Arena objects, and where they sit; null: it was detached. */
  readonly arenas: WeakMap<object, SharedSeat | null>;
  readonly types: Map<string, RegisteredType>;
}

/** The record of this thread; made at its first use. */
export function threadRecord(): ThreadRecord {
  const key = Symbol.for('@x/shm-arena/thread-1');
  const all = globalThis as { [key: symbol]: ThreadRecord | undefined };
  return (all[key] ??= { places: new Set(), arenas: new WeakMap(), types: new Map() });
}

/** One copy's view of a thread's place in an arena. */
export class Seat implements ScratchOwner {
  readonly shared: SharedSeat;
  readonly memory: WebAssembly.Memory;
  readonly slot: number;
  readonly generation: number;
  readonly scratch: SharedScratch;
  readonly kernel: ArenaKernel;
  readonly crossing: Crossing;
  readonly #joined = new WeakSet<AnyKernel>();

  constructor(shared: SharedSeat) {
    this.shared = shared;
    this.memory = shared.memory;
    this.slot = shared.slot;
    this.generation = shared.generation;
    this.scratch = shared.scratch;
    this.kernel = this.instance<ArenaKernel>(KERNEL_BYTES);
    this.crossing = new Crossing(this);
  }

  /**
   * A package's kernel on this arena, joined to this thread's slot. Cached.
   *
   * @param what says in the error whose kernel it is
   * @throws ShmError ARENA_PROTOCOL
   */
  instance<X extends AnyKernel>(kernel: Uint8Array<ArrayBuffer>, what = 'arena'): X {
    const exports = instantiate<X>(kernel, this.memory);
    if (!this.#joined.has(exports)) {
      checkArenaProtocol(exports, this.memory, what);
      exports.join(this.slot);
      this.#joined.add(exports);
    }
    return exports;
  }

  stage(bytes: number): void {
    const at = this.offset('a larger scratch block', () => this.kernel.stage(bytes));
    this.#moved(at);
  }

  unstage(): void {
    const at = this.offset('the scratch block', () => this.kernel.unstage());
    this.#moved(at);
  }

  #moved(at: number): void {
    this.scratch.at = at;
    this.scratch.bytes = this.kernel.scratchBytes() >>> 0;
  }

  /**
   * The result of a kernel call that returns an offset, or 0 with a status; waits while contended.
   */
  offset(what: string, call: () => number): number {
    const at = call();
    if (at !== 0) return at >>> 0;
    let result = 0;
    const status = this.settle(() => {
      result = call() >>> 0;
      return result !== 0 ? Status.OK : this.kernel.status();
    }, this.kernel.status());
    if (status !== Status.OK) throw this.error(status, what);
    return result;
  }

  /**
   * The result of a kernel call that returns an index, or minus a status; waits while contended.
   */
  index(what: string, call: () => number): number {
    const result = this.tryIndex(call);
    if (result < 0) throw this.error(-result, what);
    return result;
  }

  /** Like `index`, but minus the status where that is not CONTENDED. */
  tryIndex(call: () => number): number {
    let result = call();
    if (result !== -Status.CONTENDED && result !== -Status.FULL) return result;
    this.settle(() => {
      result = call();
      return result < 0 ? -result : Status.OK;
    }, -result);
    return result;
  }

  /**
   * Calls a kernel until it does not say CONTENDED, recovering the dead and waiting in between;
   * after FULL once more, when this thread had pages that it did not need.
   *
   * @param first the status of a call made before; default: none was made
   * @throws ShmError CONTENDED where this thread may not wait (longer)
   */
  settle(call: () => number, first: number = call()): number {
    let status = first;
    if (status !== Status.CONTENDED && status !== Status.FULL) return status;
    const patience = new Patience(this);
    for (let full = false; ; status = call()) {
      if (status === Status.CONTENDED) patience.wait();
      else if (status === Status.FULL && !full && this.makeRoom()) full = true;
      else return status;
    }
  }

  /** Gives back empty pages of this thread and what no reader needs; whether there were any. */
  makeRoom(): boolean {
    return this.kernel.trim() + this.kernel.sweep() > 0;
  }

  /** The error for a status; for a buried thread, whatever it met, EXPELLED. */
  error(status: number, what: string): Error {
    if (!this.isAlive()) return this.expelled();
    switch (status) {
      case Status.FULL:
        return this.full(what);
      case Status.LIMIT:
        return new ShmError(
          'LIMIT_REACHED',
          `${what}: expected one of the arena's 1 024 regions to be free, found none`,
        );
      case Status.CONTENDED:
        return new ShmError('CONTENDED', `${what}: another thread is in the way`);
      case Status.EXPELLED:
        return this.expelled();
      case Status.CLOSED:
        return new ShmError('CLOSED', `${what}: it is closed or destroyed`);
      case Status.TAKEN:
        return new ShmError('NAME_TAKEN', `${what}: the name is in use`);
      case Status.UNKNOWN:
        return new ShmError('NAME_UNKNOWN', `${what}: there is none of that name`);
      case Status.NO_SLOT:
        return noSlot(this.kernel);
      case Status.DOUBLE_FREE:
        return rangeError(`${what}: it is free already`);
      default:
        return rangeError(`${what}: nothing of that kind is there`);
    }
  }

  full(what: string): ShmError {
    if (!this.isAlive()) return this.expelled();
    const bytes = this.memory.buffer.byteLength;
    return new ShmError('ARENA_FULL', `${what}: no room is left in the arena of ${bytes} bytes`);
  }

  expelled(): ShmError {
    return new ShmError(
      'EXPELLED',
      `participant ${this.slot}, generation ${this.generation}: it was declared dead (by ` +
        '`bury` or the exit of its worker); attach again',
    );
  }

  /**
   * Recovers whoever was declared dead, without waiting; what is packed in scratch stays packed.
   */
  recoverQuietly(): void {
    if (!hasDead(this)) return;
    const packed = this.crossing.save();
    try {
      recover(this);
    } finally {
      this.crossing.restore(packed);
    }
  }

  /** Whether this thread was not declared dead. */
  isAlive(): boolean {
    // Once the thread sits on another slot, the kernel's answer is about that one.
    return !this.shared.over && this.kernel.alive() !== 0;
  }

  /** Throws EXPELLED when this thread was declared dead. */
  checkAlive(): void {
    if (!this.isAlive()) throw this.expelled();
  }
}

function noSlot(kernel: ArenaKernel): ShmError {
  const most = kernel.participants() - SPARE_SLOTS;
  const dead = count(kernel, SlotKind.DEAD) + count(kernel, SlotKind.ORPHANED);
  const found =
    dead === 0
      ? `${most} alive; detach one, report one that is dead, or create the arena with more ` +
        '`participants`'
      : `${dead} dead and no free slot; call \`recover\` in an attached thread that has opened ` +
        'the structures that the dead had open';
  return new ShmError(
    'NO_SLOT',
    `attach: expected one of ${most} participants free, found ${found}`,
  );
}

// ── Attaching ────────────────────────────────────────────────────────────────────────────────────

/** Seats of this copy, by their shared record. */
const seats = new WeakMap<SharedSeat, Seat>();

/** Sits down in an arena whose memory was inspected; adds one hold. */
export function sit(memory: WebAssembly.Memory): Seat {
  const shared = findSeat(memory) ?? takeSlot(memory);
  shared.holds++;
  return seatFor(shared);
}

/** This copy's view of a shared seat. */
export function seatFor(shared: SharedSeat): Seat {
  let seat = seats.get(shared);
  if (seat === undefined) seats.set(shared, (seat = new Seat(shared)));
  return seat;
}

/** This thread's seat in an arena, through whatever clone of its memory. */
export function findSeat(memory: WebAssembly.Memory): SharedSeat | undefined {
  return seatsOf(readId(memory)).find((shared) => isSameMemory(shared, memory));
}

/** Where the kernel keeps a slot's random state (assembly/ground/layout.ts). */
const RANDOM_STATE = 1024 + 32;
const SLOT_BYTES = 1024;

/**
 * Whether two memories are one. A clone of a shared memory is another object with another buffer
 * object, and somebody may have copied an arena, id and all, by hand: so write and look.
 */
function isSameMemory(shared: SharedSeat, memory: WebAssembly.Memory): boolean {
  const { memory: own, slot } = shared;
  if (own === memory) return true;
  if (own.buffer.byteLength !== memory.buffer.byteLength) return false;
  const word = new Int32Array(memory.buffer, RANDOM_STATE + slot * SLOT_BYTES, 2);
  const [low, high] = word;
  seatFor(shared).kernel.random(); // Owned: nobody else moves it.
  return word[0] !== low || word[1] !== high;
}

/** Notes the seat of an Arena object; null: it was detached. */
export function setSeat(arena: object, seat: Seat | null): void {
  threadRecord().arenas.set(arena, seat === null ? null : seat.shared);
}

/** Whether it is an Arena of this thread, of whatever copy of this package, attached or not. */
export function isArena(value: unknown): value is Arena {
  return typeof value === 'object' && value !== null && threadRecord().arenas.has(value);
}

/** The seat of an Arena object, also of one that another copy of this package made. */
export function seatOf(arena: Arena): Seat {
  if (!isArena(arena)) {
    throw typeError(`expected an Arena, found ${describeFound(arena)}`, 'WRONG_TYPE');
  }
  const shared = threadRecord().arenas.get(arena);
  if (shared == null) throw new ShmError('CLOSED', 'the arena was detached');
  return seatFor(shared);
}

/**
 * Slots that an arena has beyond its `participants`. It takes a slot to recover the dead, so a
 * thread that finds only theirs sits on the spare one (the last, which the kernel gives last),
 * recovers them, and takes one of those. It stays there only while the dead wait for a package that
 * this thread is still to load. If it dies on the spare slot, it is one of the dead.
 */
export const SPARE_SLOTS = 1;

function takeSlot(memory: WebAssembly.Memory): SharedSeat {
  const kernel = instantiate<ArenaKernel>(KERNEL_BYTES, memory);
  for (const patience = new Patience(null); ; ) {
    const slot = kernel.attach(threadNumber());
    if (slot >= 0) {
      const shared = seatAt(memory, kernel, slot);
      if (slot < kernel.participants() - SPARE_SLOTS || staysOnSpare(seatFor(shared))) {
        takePlace(shared);
        return shared;
      }
    } else if (slot === -Status.CONTENDED) {
      patience.wait();
    } else if (slot !== -Status.NO_SLOT) {
      throw new ShmError('ARENA_FULL', 'attach: no room is left for a scratch block of 128 KiB');
    } else if (count(kernel, SlotKind.DEAD) === 0 || !patience.tryWait()) {
      throw noSlot(kernel); // Or somebody on the spare slot is about to recover the dead.
    }
  }
}

/**
 * Recovers the dead from the spare slot. True: they wait for a package, so the thread stays. False:
 * it has left again, and there is a free slot. NO_SLOT: all others are alive.
 */
function staysOnSpare(seat: Seat): boolean {
  const { kernel } = seat;
  let free = 0;
  let stays = false;
  try {
    if (hasDead(seat)) recover(seat);
    free = count(kernel, SlotKind.FREE);
    stays = free === 0 && hasDead(seat);
  } finally {
    if (!stays) seat.settle(() => kernel.detach());
  }
  if (!stays && free === 0) throw noSlot(kernel);
  return stays;
}

/** How many slots are of a kind. O(participants). */
function count(kernel: ArenaKernel, kind: number): number {
  let found = 0;
  for (let slot = kernel.participants() - 1; slot >= 0; slot--) {
    if (kernel.slotKind(slot) === kind) found++;
  }
  return found;
}

function seatAt(memory: WebAssembly.Memory, kernel: ArenaKernel, slot: number): SharedSeat {
  return {
    memory,
    id: readId(memory),
    slot,
    generation: kernel.slotGeneration(slot) >>> 0,
    scratch: { at: kernel.scratch() >>> 0, bytes: kernel.scratchBytes() >>> 0 },
    holds: 0,
    joins: new Map(),
    overflow: 0,
    closers: new Set(),
    watches: isMainThread(),
    ready: undefined,
    place: undefined,
    over: false,
  };
}

/** Stands up: the slot is given back with the last hold. Returns whether it was the last. */
export function leave(seat: Seat): boolean {
  const { shared } = seat;
  if (--shared.holds > 0) return false;
  for (const close of [...shared.closers]) close();
  try {
    if (seat.isAlive()) seat.settle(() => seat.kernel.detach());
  } finally {
    leavePlace(shared);
  }
  return true;
}

/** The arena's id as 32 hex digits; frozen words. */
function readId(memory: WebAssembly.Memory): string {
  const id = new Uint8Array(memory.buffer, 48, 16);
  return Array.from(id, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
