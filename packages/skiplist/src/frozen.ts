// One list of a stack that is not written any more, read by itself.

import { NUMBERS, READER } from '@x/shm-arena/map';
import { SHOW, ShmError, Status } from '@x/shm-arena/structure';
import type { FrozenSkipList, ListMeasure, ListStats } from './api.ts';
import type { Core } from './core.ts';
import { STATS_LAST } from './kernel.ts';
import { measure } from './scan.ts';
import { listStats, tryStats } from './stats.ts';
import { ListReader, ListView } from './view.ts';

class FrozenReader<K, V> extends ListReader<K, V> {
  /** Whether it was destroyed through this reader's view, or before that was made. */
  destroyed = false;

  /** Also whether no other handle has destroyed the list, in whatever thread. */
  override exists(): boolean {
    return super.exists() && tryStats(this.core, this.target) !== Status.CLOSED;
  }

  override ended(): Error {
    const what = this.destroyed ? 'was destroyed' : 'is closed';
    return new ShmError('CLOSED', `this frozen list ${what}`);
  }

  destroy(): void {
    const { core, target } = this;
    if (this.destroyed) return;
    this.check();
    const call = () => core.kernel.destroyList(core.entry, core.generation, target);
    const status = core.seat.settle(call);
    // CLOSED: somebody else has destroyed it, which is what was asked for.
    if (status !== Status.OK && status !== Status.CLOSED) throw core.error(status, 'destroy');
    this.end();
  }

  /** It is no more. */
  end(): void {
    this.destroyed = true;
    this.over = true;
  }
}

export class Frozen<K, V>
  extends ListView<FrozenReader<K, V>, K, V>
  implements FrozenSkipList<K, V>
{
  readonly seq: bigint;

  /** `id` is the kernel's name of the list. */
  constructor(core: Core<K, V>, id: number) {
    super(new FrozenReader(core, id, 0, 0));
    const status = tryStats(core, id);
    this.seq = status === Status.OK ? core.resultLong(STATS_LAST) : 0n;
    if (status === Status.OK) return;
    if (status !== Status.CLOSED) throw core.error(status, 'frozen');
    this[READER].end(); // By another thread, a moment ago.
  }

  override get size(): number {
    return this.stats().live;
  }

  stats(): ListStats {
    const reader = this[READER];
    reader.check();
    return listStats(reader.core, reader.target);
  }

  measure(): ListMeasure {
    return measure(this[READER]);
  }

  destroy(): void {
    this[READER].destroy();
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

  override get [Symbol.toStringTag](): string {
    return 'FrozenSkipList';
  }

  override [SHOW](): object {
    return { seq: this.seq, ...super[SHOW]() };
  }

  protected override [NUMBERS](): object {
    return { size: this.size };
  }
}

function sealed(what: string): ShmError {
  return new ShmError(
    'SEALED',
    `${what}: a frozen list takes no writes; use the list it is part of`,
  );
}
