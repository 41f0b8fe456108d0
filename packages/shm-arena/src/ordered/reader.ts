// How a view of an ordered map reads it: beside single keys, ranges of them.

import { KEYS_ONLY } from '../../build/numbers/map/codes.ts';
import { type Batch, EntryBatch, KEYS } from '../map/batch.ts';
import type { AnyCore } from '../map/core.ts';
import { MapReader } from '../map/reader.ts';
import { type Bounds, CodecBounds, EVERYTHING } from './range.ts';
import type { RangeScan } from './scan.ts';
import type { OrderedSource } from './view.ts';

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

  /** By a walk, unless the kernel knows better. `flags`: the scan's beside the bounds'. */
  countWithin(bounds: Readonly<Bounds>, flags = KEYS_ONLY): number {
    this.check();
    const scan = this.scan(bounds, flags);
    let count = 0;
    while (scan.more && count < bounds.limit) {
      count += scan.read(Math.min(bounds.limit - count, 0x7fff_ffff), undefined);
    }
    return count;
  }

  all(parts: number): Batch<K, V> {
    return this.batch(EVERYTHING, parts);
  }

  batch(bounds: Readonly<Bounds>, parts: number, size?: number): Batch<K, V> {
    if (bounds.empty) this.checkAll();
    else this.check();
    const scan = this.scan(bounds, parts === KEYS ? KEYS_ONLY : 0);
    return new EntryBatch(scan, this.core, parts, bounds.empty ? 0 : bounds.limit, size);
  }
}
