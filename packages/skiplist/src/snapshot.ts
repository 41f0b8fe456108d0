// A list as of one instant: a clock value, the stack of lists at that time, and a lease that keeps
// those lists' memory.

import { CHECK_ALL, ENDED, longOf, OVER, SHOW, ShmError } from '@x/shm-arena/internal';
import type { SkipListSnapshot } from './api.ts';
import type { Core } from './core.ts';
import { SEQ_HIGH, SEQ_LOW } from './core.ts';
import { ListView } from './view.ts';

/** Leaves the record and the number of a snapshot of now, or of `at`, in the result block. */
export function loadSnapshot<K, V>(core: Core<K, V>, at: bigint | undefined): void {
  const { kernel, entry, generation } = core;
  const call = () => {
    core.member.check();
    core.crossing.begin();
    if (at === undefined) return kernel.snapshot(entry, generation);
    // Number 1 is the clock's first value, before any write; to the kernel 0 means the present.
    const seq = at === 0n ? 1n : at;
    return kernel.snapshotAt(entry, generation, Number(seq & LOW), Number(seq >> 32n));
  };
  core.finish(call(), call, at === undefined ? 'snapshot' : `snapshotAt(${at}n)`);
}

const LOW = 0xffff_ffffn;

export class Snapshot<K, V> extends ListView<K, V> implements SkipListSnapshot<K, V> {
  readonly #seq: bigint;
  readonly #letGo: () => void;

  /** Of what is in the result block. */
  constructor(core: Core<K, V>, letGo: () => void) {
    super(core, core.result(0), core.result(2), core.result(3));
    this.#seq = longOf(this[SEQ_LOW], this[SEQ_HIGH]);
    this.#letGo = letGo;
  }

  get seq(): bigint {
    this[CHECK_ALL]();
    return this.#seq;
  }

  override get [Symbol.toStringTag](): string {
    return 'SkipListSnapshot';
  }

  override [SHOW](): object {
    return { seq: this.#seq, ...super[SHOW]() };
  }

  protected override [ENDED](): Error {
    return new ShmError('SNAPSHOT_CLOSED', 'this snapshot is closed');
  }

  close(): void {
    if (this[OVER]) return;
    this[OVER] = true;
    this.#letGo();
  }
}
