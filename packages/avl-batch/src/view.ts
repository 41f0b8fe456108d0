// Reading: what a tree has beside every map, for the map and its snapshots. They differ in the
// number that tells the kernel what to read, and in when they are over.

import { givePortion, READER, takePortion } from '@x/shm-arena/map';
import { type Bounds, OrderedView, TargetReader } from '@x/shm-arena/ordered';
import { wholeNumber } from '@x/shm-arena/structure';
import { END, END_OPEN, NEED, START, START_OPEN } from '../build/numbers/arena/map/codes.ts';
import { ANSWER, COUNT_DONE } from '../build/numbers/arena/map/result.ts';
import type { IndexedReadable } from './api.ts';
import type { Core } from './core.ts';
import { INDEX } from './kernel.ts';

/** Reads a version, or the present one (target 0). */
export class TreeReader<K, V> extends TargetReader<Core<K, V>, K, V> {
  protected override tryGetMany(count: number, at: number, out: number, outBytes: number): number {
    const { kernel, entry, generation } = this.core;
    return kernel.getMany(entry, generation, this.target, count, at, out, outBytes);
  }

  override countWithin({ low, lowOpen, high, highOpen }: Readonly<Bounds>): number {
    const flags =
      (low === undefined ? 0 : START | (lowOpen ? START_OPEN : 0)) |
      (high === undefined ? 0 : END | (highOpen ? END_OPEN : 0));
    return this.counted(flags, low, high);
  }

  /** How many entries lie between two bounds. */
  counted(flags: number, low: Uint8Array | undefined, high: Uint8Array | undefined): number {
    const { core } = this;
    const { crossing } = core;
    const call = () => {
      this.check();
      crossing.begin();
      const lowIn = low === undefined ? 0 : crossing.put(low, 0, low.length);
      const highIn = high === undefined ? 0 : crossing.put(high, 0, high.length);
      return core.kernel.count(
        core.entry,
        core.generation,
        this.target,
        flags,
        low?.length ?? 0,
        (crossing.at + lowIn) | 0,
        high?.length ?? 0,
        (crossing.at + highIn) | 0,
      );
    };
    core.ask('count', call);
    return core.result(ANSWER);
  }

  at(index: number): [K, V] | undefined {
    const { core } = this;
    const { crossing } = core;
    const call = () => {
      this.check();
      crossing.begin();
      return core.kernel.scan(
        core.entry,
        core.generation,
        this.target,
        INDEX,
        1,
        index,
        0,
        0,
        0,
        crossing.outAt,
        crossing.outBytes & -8,
      );
    };
    const large = core.ask('at', call) === NEED;
    const portion = takePortion();
    if (large) portion.loadLarge(core, 0);
    else portion.load(core, core.result(COUNT_DONE), 1);
    const [key] = core.keyPort.readAll(portion);
    const [value] = core.valuePort.readAll(portion);
    const found = portion.count > 0;
    givePortion(portion);
    return found ? [key as K, value as V] : undefined;
  }
}

export abstract class TreeView<K, V>
  extends OrderedView<TreeReader<K, V>, K, V>
  implements IndexedReadable<K, V>
{
  rank(key: K): number {
    const reader = this[READER];
    const flags = END | END_OPEN;
    return reader.counted(flags, undefined, reader.bound.encode(key));
  }

  at(index: number): [K, V] | undefined {
    return this[READER].at(wholeNumber('index', index, 0, 2 ** 32 - 1));
  }
}
