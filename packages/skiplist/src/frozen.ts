// One list of a stack that is not written any more, read by itself.

import {
  CHECK,
  CORE,
  ENDED,
  EXISTS,
  NUMBERS,
  OVER,
  SHOW,
  ShmError,
  Status,
  TARGET,
} from '@x/shm-arena/internal';
import type { FrozenSkipList, ListMeasure, ListStats } from './api.ts';
import type { Core } from './core.ts';
import { measure } from './scan.ts';
import { listStats, tryStats } from './stats.ts';
import { ListView } from './view.ts';

export class Frozen<K, V> extends ListView<K, V> implements FrozenSkipList<K, V> {
  readonly seq: bigint;
  #destroyed = false;

  /** `id` is the kernel's name of the list. */
  constructor(core: Core<K, V>, id: number) {
    super(core, id, 0, 0);
    const status = tryStats(core, id);
    this.seq = status === Status.OK ? core.resultLong(6) : 0n;
    if (status === Status.OK) return;
    if (status !== Status.CLOSED) throw core.error(status, 'frozen');
    this.#destroyed = true; // By another thread, a moment ago.
    this[OVER] = true;
  }

  /** Whether it was not destroyed through this object, nor before it was made. */
  static exists(frozen: Frozen<any, any>): boolean {
    return !frozen.#destroyed;
  }

  override get size(): number {
    return this.stats().live;
  }

  stats(): ListStats {
    this[CHECK]();
    return listStats(this[CORE], this[TARGET]);
  }

  measure(): ListMeasure {
    return measure(this);
  }

  destroy(): void {
    const { [CORE]: core, [TARGET]: target } = this;
    if (this.#destroyed) return;
    this[CHECK]();
    const call = () => core.kernel.destroyList(core.entry, core.generation, target);
    const status = core.seat.settle(call);
    // CLOSED: somebody else has destroyed it, which is what was asked for.
    if (status !== Status.OK && status !== Status.CLOSED) throw core.error(status, 'destroy');
    this.#destroyed = true;
    this[OVER] = true;
  }

  set(_key: K, _value: V): never {
    throw sealed('set');
  }

  delete(_key: K): never {
    throw sealed('delete');
  }

  insert(_key: K, _value: V): never {
    throw sealed('insert');
  }

  close(): void {
    this[OVER] = true;
  }

  /** Also whether no other handle has destroyed it, in whatever thread. */
  override [EXISTS](): boolean {
    return super[EXISTS]() && tryStats(this[CORE], this[TARGET]) !== Status.CLOSED;
  }

  override get [Symbol.toStringTag](): string {
    return 'FrozenSkipList';
  }

  override [SHOW](): object {
    return { seq: this.seq, ...super[SHOW]() };
  }

  protected override [NUMBERS](): object {
    return { size: this.size };
  }

  protected override [ENDED](): Error {
    const what = this.#destroyed ? 'was destroyed' : 'is closed';
    return new ShmError('CLOSED', `this frozen list ${what}`);
  }
}

function sealed(what: string): ShmError {
  return new ShmError(
    'SEALED',
    `${what}: a frozen list takes no writes; use the list it is part of`,
  );
}
