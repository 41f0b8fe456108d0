// A seat: this thread's place in one arena. There is one slot a thread and arena, however many
// Arena objects and copies of this package the thread has; what they share lies in the thread's
// record (record.ts). A Seat is one copy's view of it.

import type { ArenaMemory, RecoveryReport } from '../api.ts';
import { rangeError, ShmError } from '../ground/errors.ts';
import {
  type AnyKernel,
  type ArenaKernel,
  instantiate,
  type KernelBytes,
  kernelBytes,
  Status,
} from '../ground/kernel.ts';
import { Patience, type Sleep } from '../ground/patience.ts';
import { checkArenaProtocol } from '../ground/protocol.ts';
import { hasDead, noSlot } from '../ground/slots.ts';
import { Crossing, type ScratchOwner, type SharedScratch } from '../values/crossing.ts';
import type { SharedSeat } from './record.ts';

/** One copy's view of a thread's place in an arena. */
export class Seat implements ScratchOwner {
  readonly shared: SharedSeat;
  readonly memory: ArenaMemory;
  readonly slot: number;
  readonly generation: number;
  readonly scratch: SharedScratch;
  readonly kernel: ArenaKernel;
  readonly crossing: Crossing;
  readonly #recover: (seat: Seat) => RecoveryReport;
  readonly #joined = new WeakSet<AnyKernel>();

  /** @param recover recovers the dead of this seat's arena, without waiting */
  constructor(shared: SharedSeat, recover: (seat: Seat) => RecoveryReport) {
    this.shared = shared;
    this.#recover = recover;
    this.memory = shared.memory;
    this.slot = shared.slot;
    this.generation = shared.generation;
    this.scratch = shared.scratch;
    this.kernel = this.instance<ArenaKernel>(kernelBytes);
    this.crossing = new Crossing(this);
  }

  /**
   * A package's kernel on this arena, joined to this thread's slot. Cached.
   *
   * @param what says in the error whose kernel it is
   * @throws ShmError ARENA_PROTOCOL
   */
  instance<X extends AnyKernel>(kernel: KernelBytes, what = 'arena'): X {
    const exports = instantiate<X>(kernel, this.memory);
    if (!this.#joined.has(exports)) {
      checkArenaProtocol(exports, this.memory, what);
      exports.join(this.slot);
      this.#joined.add(exports);
    }
    return exports;
  }

  stage(bytes: number): void {
    // The kernel counts in 32 bits.
    if (bytes >= 2 ** 32) throw this.full('a larger scratch block');
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
   * after FULL once more, where that may find memory (`makeRoom`).
   *
   * @param first the status of a call made before; default: none was made
   * @param sleep sleeps on what the call has met, where that is known
   * @throws ShmError CONTENDED where this thread may not wait (longer)
   */
  settle(call: () => number, first: number = call(), sleep?: Sleep): number {
    let status = first;
    if (status !== Status.CONTENDED && status !== Status.FULL) return status;
    const patience = new Patience(this, sleep);
    for (let full = false; ; status = call()) {
      if (status === Status.CONTENDED) patience.wait();
      else if (status === Status.FULL && !full && this.makeRoom()) full = true;
      else return status;
    }
  }

  /**
   * Recovers the dead, who may hold much back, and gives back empty spans of this thread and what
   * no reader needs; whether there was any of it.
   */
  makeRoom(): boolean {
    if (!this.isAlive()) return false; // What it has may be another's.
    const recovered = this.recoverQuietly();
    return this.freeSlices() > 0 || recovered;
  }

  /** As `makeRoom`: how many slices. */
  freeSlices(): number {
    const { kernel } = this;
    return (kernel.trim() >>> 0) + (kernel.sweep() >>> 0);
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
   * Whether anything came of it.
   */
  recoverQuietly(): boolean {
    // Whoever was buried itself leaves that to others.
    if (!this.isAlive() || !hasDead(this.kernel)) return false;
    const packed = this.crossing.save();
    try {
      const { reaped, repaired, freedBytes } = this.#recover(this);
      return reaped + repaired + freedBytes > 0;
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
