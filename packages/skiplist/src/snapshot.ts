// A list as of one instant: a clock value, the stack of lists at that time, and a lease that keeps
// those lists' memory.

import { longOf, READER } from '@x/shm-arena/map';
import { SHOW } from '@x/shm-arena/structure';
import { SNAP_NUMBER, SNAP_ROOT } from '../build/numbers/arena/map/result.ts';
import type { SkipListSnapshot } from './api.ts';
import type { Core } from './core.ts';
import { ListReader, ListView } from './view.ts';

/** Leaves the record and the number of a snapshot of now, or of `at`, in the result block. */
export function loadSnapshot<K, V>(core: Core<K, V>, at: bigint | undefined): void {
  core.askMap(at === undefined ? 'snapshot' : `snapshotAt(${at}n)`, (kernel, ...map) => {
    if (at === undefined) return kernel.snapshot(...map);
    // Number 1 is the clock's first value, before any write; to the kernel 0 means the present.
    const seq = at === 0n ? 1n : at;
    return kernel.snapshotAt(...map, Number(seq & LOW), Number(seq >> 32n));
  });
}

const LOW = 0xffff_ffffn;

export class Snapshot<K, V>
  extends ListView<ListReader<K, V>, K, V>
  implements SkipListSnapshot<K, V>
{
  readonly #seq: bigint;

  /** Of what is in the result block. */
  constructor(core: Core<K, V>, letGo: () => void) {
    const [target, low, high] = [
      core.result(SNAP_ROOT),
      core.result(SNAP_NUMBER),
      core.result(SNAP_NUMBER + 4),
    ];
    super(new ListReader(core, target, low, high, letGo));
    this.#seq = longOf(low, high);
  }

  get seq(): bigint {
    this[READER].checkAll();
    return this.#seq;
  }

  override get [Symbol.toStringTag](): string {
    return 'SkipListSnapshot';
  }

  override [SHOW](): object {
    return { seq: this.#seq, ...super[SHOW]() };
  }
}
