// A map as of one instant: an array that nobody changes any more, which a lease keeps, with all
// that is below.

import { MapView, NUMBERS, READER } from '@x/shm-arena/map';
import { SNAP_ROOT } from '../build/numbers/arena/map/result.ts';
import type { HamtSnapshot } from './api.ts';
import type { Core } from './kernel.ts';
import { HamtReader } from './reader.ts';

export class Snapshot<K, V> extends MapView<HamtReader<K, V>, K, V> implements HamtSnapshot<K, V> {
  /** Counted when it is asked for. */
  #size: number | undefined;

  override get size(): number {
    this[READER].checkAll();
    this.#size ??= this[READER].size();
    return this.#size;
  }

  override get [Symbol.toStringTag](): string {
    return 'HamtSnapshot';
  }

  protected override [NUMBERS](): object {
    return { size: this.size };
  }
}

/** Takes a snapshot. The kernel is asked again until a lease holds what it said. */
export function takeSnapshot<K, V>(core: Core<K, V>): Snapshot<K, V> {
  const load = () => core.askMap('snapshot', (kernel, ...map) => kernel.snapshot(...map));
  return core.snapshots.take(load, (letGo) => {
    return new Snapshot(new HamtReader(core, core.result(SNAP_ROOT), letGo));
  });
}
