// Reading: the present state, or a snapshot's.

import { type Bounds, RangeScan, TargetReader } from '@x/shm-arena/ordered';
import { ANSWER } from '../build/numbers/arena/map/result.ts';
import { COUNT_ONLY, WIDER } from '../build/numbers/scan.ts';
import type { Core } from './kernel.ts';

/** Room for output from which on the kernel takes most of it for the key that a scan stands at. */
const WIDE = 2 ** 18;

export class TreeReader<K, V> extends TargetReader<Core<K, V>, K, V> {
  protected override tryGetMany(count: number, at: number, out: number, outBytes: number): number {
    const { kernel, entry, generation } = this.core;
    return kernel.getMany(entry, generation, this.target, count, at, out, outBytes);
  }

  override countWithin(bounds: Readonly<Bounds>): number {
    return super.countWithin(bounds, COUNT_ONLY);
  }

  protected override scan(bounds: Readonly<Bounds>, flags: number): RangeScan {
    return new TreeScan(this, bounds, flags);
  }
}

/** A scan in progress: the keys on its way may be longer than the room that there is. */
class TreeScan extends RangeScan {
  // biome-ignore lint/suspicious/noExplicitAny: whatever keys and values
  declare protected readonly view: { core: Core<any, any>; target: number; check(): void };

  protected override portionRoom(room: number): number {
    return room < WIDE ? room : (room >> 2) & -8;
  }

  protected scan(flags: number, limit: number, out: number, outBytes: number): number {
    const { core, target } = this.view;
    const { kernel, crossing, entry, generation } = core;
    let at = out;
    let room = outBytes;
    for (;;) {
      const { startLength, startAt, endLength, endAt } = this;
      const bounds = [startLength, startAt, endLength, endAt] as const;
      const status = kernel.scan(entry, generation, target, flags, limit, ...bounds, at, room);
      if (status !== WIDER) return status;
      const before = crossing.at;
      crossing.need(Math.max(WIDE, Math.ceil((core.result(ANSWER) * 4) / 3) + 4096));
      const moved = crossing.at - before;
      this.startAt = (startAt + moved) | 0;
      this.endAt = (endAt + moved) | 0;
      at = crossing.outAt;
      room = crossing.outBytes & -8;
      this.room = this.portionRoom(room);
    }
  }
}
