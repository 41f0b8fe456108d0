// How a view of an ordered map reads it: beside single keys, ranges of them.

import { KEYS_ONLY, VALUES_ONLY } from '../../build/numbers/map/codes.ts';
import { type Batch, EntryBatch, KEYS, VALUES } from '../map/batch.ts';
import type { AnyCore } from '../map/core.ts';
import { givePortion, takePortion } from '../map/portion.ts';
import { MapReader } from '../map/reader.ts';
import { type Bounds, CodecBounds, EVERYTHING } from './range.ts';
import type { RangeScan } from './scan.ts';
import type { OrderedSource } from './source.ts';
import { ScanWalk, type Walk } from './walk.ts';

export abstract class OrderedReader<C extends AnyCore, K, V>
  extends MapReader<C, K, V>
  implements OrderedSource<K, V>
{
  readonly bound: CodecBounds<K>;

  constructor(core: C, letGo?: () => void) {
    super(core, letGo);
    this.bound = new CodecBounds(core.keyCodec, core.maxKey);
  }

  /** A scan of `bounds`, with `flags` beside theirs. */
  protected abstract scan(bounds: Readonly<Bounds>, flags: number): RangeScan;

  /** By a walk over keys; or the kernel's scan only counts, as `counting` tells it. */
  countWithin(bounds: Readonly<Bounds>, counting?: number): number {
    this.check();
    const scan = this.scan(bounds, counting ?? KEYS_ONLY);
    const portion = counting === undefined ? takePortion() : undefined;
    let count = 0;
    while (scan.more && count < bounds.limit) {
      count += scan.read(Math.min(bounds.limit - count, 0x7fff_ffff), portion);
    }
    if (portion !== undefined) givePortion(portion);
    return count;
  }

  all(parts: number): Batch<K, V> {
    return this.batch(EVERYTHING, parts);
  }

  batch(bounds: Readonly<Bounds>, parts: number): Batch<K, V> {
    this.checkFor(bounds);
    const flags = parts === KEYS ? KEYS_ONLY : parts === VALUES ? VALUES_ONLY : 0;
    const scan = this.scan(bounds, flags);
    return new EntryBatch(scan, this.core, parts, bounds.empty ? 0 : bounds.limit);
  }

  walk(bounds: Readonly<Bounds>): Walk<K, V> {
    this.checkFor(bounds);
    return new ScanWalk(this.core, bounds.empty ? undefined : this.scan(bounds, 0));
  }

  /** Where nothing is inside, no kernel will be asked whether this still exists. */
  protected checkFor(bounds: Readonly<Bounds>): void {
    if (bounds.empty) this.checkAll();
    else this.check();
  }
}
