// Reading: the present state, or a snapshot's.

import { type Bounds, eachKey, RangeScan, TargetReader } from '@x/shm-arena/ordered';
import { KEYS_ONLY } from '../build/numbers/arena/map/codes.ts';
import { ANSWER } from '../build/numbers/arena/map/result.ts';
import { COUNT_ONLY, REMOVES, WIDE, WIDER } from '../build/numbers/give.ts';
import { REMOVED } from '../build/numbers/remove.ts';
import type { Core } from './kernel.ts';

/** Entries that one call of the kernel removes: its pin keeps what they had until it returns. */
const MOST_REMOVED = 256;
/** Bytes beside what the kernel asks for. */
const KEY_SPARE = 256;

export class TreeReader<K, V> extends TargetReader<Core<K, V>, K, V> {
  protected override tryGetMany(count: number, at: number, out: number, outBytes: number): number {
    const { kernel, entry, generation } = this.core;
    return kernel.getMany(entry, generation, this.target, count, at, out, outBytes);
  }

  override countWithin(bounds: Readonly<Bounds>): number {
    return super.countWithin(bounds, COUNT_ONLY);
  }

  /** Calls `visit` with the bytes of each key within `bounds`. */
  eachKey(
    bounds: Readonly<Bounds>,
    visit: (source: Uint8Array, at: number, length: number) => void,
  ): void {
    this.checkFor(bounds);
    if (!bounds.empty) eachKey(this.scan(bounds, KEYS_ONLY), bounds.limit, visit);
  }

  /** Removes what is within `bounds`; `told` is called with how many were, portion by portion. */
  removeWithin(bounds: Readonly<Bounds>, told: (removed: number) => void): void {
    this.checkFor(bounds);
    if (bounds.empty) return;
    const { core } = this;
    const scan = this.scan(bounds, COUNT_ONLY | REMOVES);
    for (let left = bounds.limit; scan.more && left > 0; ) {
      scan.read(Math.min(left, MOST_REMOVED), undefined);
      const removed = core.result(REMOVED);
      left -= removed;
      told(removed);
    }
  }

  protected override scan(bounds: Readonly<Bounds>, flags: number): RangeScan {
    return new TreeScan(this, bounds, flags);
  }
}

/** A scan in progress: the keys on its way may be longer than the room that there is. */
class TreeScan extends RangeScan {
  // biome-ignore lint/suspicious/noExplicitAny: whatever keys and values
  declare protected readonly view: { core: Core<any, any>; target: number; check(): void };

  /** WIDE, once there was no room for a key: most of the room for output is for that since. */
  private wide = 0;

  protected override portionRoom(room: number): number {
    return this.wide === 0 ? room : (room >> 2) & -8;
  }

  protected scan(flags: number, limit: number, out: number, outBytes: number): number {
    const { core, target } = this.view;
    const { kernel, crossing, entry, generation } = core;
    let at = out;
    let room = outBytes;
    for (;;) {
      const { startLength, startAt, endLength, endAt, wide } = this;
      const call = [entry, generation, target, flags | wide, limit] as const;
      const bounds = [startLength, startAt, endLength, endAt] as const;
      const status = kernel.scan(...call, ...bounds, at, room);
      if (status !== WIDER) return status;
      this.wide = WIDE;
      const before = crossing.at;
      crossing.need(Math.ceil((core.result(ANSWER) * 4) / 3) + KEY_SPARE);
      const moved = crossing.at - before;
      this.startAt = (startAt + moved) | 0;
      this.endAt = (endAt + moved) | 0;
      at = crossing.outAt;
      room = crossing.outBytes & -8;
      this.room = this.portionRoom(room);
    }
  }
}
