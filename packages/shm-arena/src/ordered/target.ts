// Readers of maps of which each state hangs on one record: a snapshot is the offset of one, the
// kernel's `target`, and 0 is the present state, whichever that is.

import type { KeyArgs, MapArgs, MapCore, MapKernel, OutArgs } from '../map/core.ts';
import type { Bounds } from './range.ts';
import { OrderedReader } from './reader.ts';
import { type BoundArgs, RangeScan } from './scan.ts';

/** What the kernel of such a map exports. */
export interface TargetKernel extends MapKernel {
  get(...call: [...MapArgs, target: number, flags: number, ...KeyArgs]): number;
  scan(
    ...call: [
      ...[...MapArgs, target: number, flags: number, limit: number],
      ...[...BoundArgs, ...OutArgs],
    ]
  ): number;
}

/** Reads a state, or the present one (target 0). */
export class TargetReader<C extends MapCore<TargetKernel, K, V>, K, V> extends OrderedReader<
  C,
  K,
  V
> {
  readonly target: number;

  constructor(core: C, target: number, letGo?: () => void) {
    super(core, letGo);
    this.target = target;
  }

  tryGet(key: K, flags: number): number {
    const { kernel, entry, generation } = this.core;
    const { length, k0, k1, k2, k3 } = this.begin(key);
    return kernel.get(entry, generation, this.target, flags, length, k0, k1, k2, k3);
  }

  protected scan(bounds: Readonly<Bounds>, flags: number): RangeScan {
    return new TargetScan(this, bounds, flags);
  }
}

/** What such a scan goes over. */
interface Targeted {
  // biome-ignore lint/suspicious/noExplicitAny: whatever keys and values
  readonly core: MapCore<TargetKernel, any, any>;
  readonly target: number;
  check(): void;
}

/** A scan in progress. */
class TargetScan extends RangeScan {
  declare protected readonly view: Targeted;

  protected scan(flags: number, limit: number, out: number, outBytes: number): number {
    const { core, target } = this.view;
    return core.kernel.scan(
      core.entry,
      core.generation,
      target,
      flags,
      limit,
      this.startLength,
      this.startAt,
      this.endLength,
      this.endAt,
      out,
      outBytes,
    );
  }
}
