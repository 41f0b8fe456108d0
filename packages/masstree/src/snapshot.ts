// A map as of one instant: what the kernel reads it by, and two holds. The kernel's count of open
// snapshots has writers keep what they replace, and a lease has the arena keep its memory.

import { type AnyCore, NUMBERS, READER } from '@x/shm-arena/map';
import { OrderedView } from '@x/shm-arena/ordered';
import { SNAP_ROOT, SNAP_SIZE } from '../build/numbers/arena/map/result.ts';
import type { MasstreeSnapshot } from './api.ts';
import type { Core } from './kernel.ts';
import { TreeReader } from './reader.ts';

class Snapshot<K, V> extends OrderedView<TreeReader<K, V>, K, V> implements MasstreeSnapshot<K, V> {
  readonly #size: number;

  /** Of what `snapshot` has left in the result block. */
  constructor(core: Core<K, V>, letGo: () => void) {
    super(new TreeReader(core, core.result(SNAP_ROOT), letGo));
    this.#size = core.result(SNAP_SIZE);
  }

  override get size(): number {
    this[READER].checkAll();
    return this.#size;
  }

  override get [Symbol.toStringTag](): string {
    return 'MasstreeSnapshot';
  }

  protected override [NUMBERS](): object {
    return { size: this.#size };
  }
}

/** Takes a snapshot. The kernel is asked again until a lease holds what it said. */
export function takeSnapshot<K, V>(core: Core<K, V>): Snapshot<K, V> {
  let counted = false;
  const load = () => {
    if (counted) uncount(core); // That of the time before is not kept.
    counted = false;
    core.askMap('snapshot', (kernel, ...map) => kernel.snapshot(...map));
    counted = true;
  };
  let snapshot: Snapshot<K, V> | undefined;
  try {
    snapshot = core.snapshots.take(load, (letGo) => {
      const end = () => {
        uncount(core);
        letGo();
      };
      return new Snapshot(core, end);
    });
    return snapshot;
  } finally {
    if (counted && snapshot === undefined) uncount(core);
  }
}

/** Ends a count of the kernel's. */
function uncount({ kernel, entry, generation, seat, member }: AnyCore): void {
  // Behind the end of the map in this thread `leave` has ended them all, and behind that of the
  // arena the slot may be somebody else's.
  if (member.isOpen && seat.isAlive()) kernel.closeSnapshot(entry, generation);
}
