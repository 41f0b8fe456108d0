// What a domain does, and its guards.

import { DomainCore } from '@x/shm-arena/domain';
import { describe, letGo, SHOW, ShmError, Status, shown } from '@x/shm-arena/structure';
import { ASK, RESTART } from '../build/numbers/arena/reclaim/home.ts';
import type * as api from './api.ts';
import type { EpochKernel } from './kernel.ts';

// What the core reads of a guard: named by symbols, so that it cannot be reached by name.
const CORE = Symbol('core');
/** Where the guard's present walk began: the kernel's `since`. */
const SINCE = Symbol('since');

/** A section in which blocks are read. */
class ReadGuard implements api.Guard {
  readonly [CORE]: EpochCore;
  [SINCE]: number;
  isOpen = true;

  constructor(core: EpochCore, since: number) {
    this[CORE] = core;
    this[SINCE] = since;
  }

  get [Symbol.toStringTag](): string {
    return 'Guard';
  }

  [SHOW](): object {
    return { closed: !this.isOpen };
  }

  refresh(): boolean {
    return this[CORE].refresh(this);
  }

  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this[CORE].unpin(this);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

shown(ReadGuard);

export class EpochCore extends DomainCore<EpochKernel> {
  /** The open guards of this instance: they nest, so the last is mostly the first to go. */
  readonly #guards: ReadGuard[] = [];

  pin(): ReadGuard {
    this.member.check();
    const since = this.kernel.pin(this.entry, this.generation, this.home);
    if (since < 0) throw this.member.error(-since);
    const guard = new ReadGuard(this, since);
    this.#guards.push(guard);
    return guard;
  }

  /** For a guard that has just been closed. */
  unpin(guard: ReadGuard): void {
    const last = this.#guards.pop() as ReadGuard;
    if (last !== guard) this.#guards[this.#guards.lastIndexOf(guard)] = last;
    // The slot of a buried thread may be somebody else's by now.
    if (!this.seat.isAlive()) return;
    this.kernel.unpin(this.home, this.scheme);
    letGo(this.seat, this.kernel);
  }

  /** Moves a guard to the present; false: others are open, and nothing was moved. */
  refresh(guard: ReadGuard): boolean {
    this.checkGuard(guard);
    const since = this.kernel.refresh(this.entry, this.generation, this.home, this.scheme);
    if (since < 0) throw this.member.error(-since);
    if (since === 0) return false;
    guard[SINCE] = since;
    return true;
  }

  /** The block that a word inside a block names; undefined: the walk has to start again. */
  loadLink(at: number, guard: api.Guard): number | undefined {
    const open = this.checkGuard(guard);
    const found = this.kernel.loadLink(at, this.scheme, open[SINCE]) >>> 0;
    if (found !== ASK || this.kernel.status() !== RESTART) return found;
    open[SINCE] = this.kernel.since();
    return undefined;
  }

  /** Throws unless `guard` is an open guard of this domain in this thread. */
  checkGuard(guard: api.Guard): ReadGuard {
    if (guard instanceof ReadGuard && guard.isOpen && this.isSame(guard[CORE])) return guard;
    this.member.check();
    throw new ShmError('WRONG_GUARD', `expected an open guard of this domain, ${why(guard)}`);
  }

  /** What a word function that returned ASK has found: just that, or nothing. */
  found(call: string): number {
    if (this.kernel.status() === Status.OK) return ASK;
    throw new ShmError(
      'CONTENDED',
      `${call}: expected the era and the cell to stand still once in 16 looks, found them moving`,
    );
  }

  protected override letAllGo(): void {
    for (const guard of [...this.#guards].reverse()) guard.close();
  }
}

function why(guard: unknown): string {
  if (!(guard instanceof ReadGuard)) return `found ${describe(guard)}`;
  return guard.isOpen ? 'found one of another domain' : 'found one that was closed';
}
