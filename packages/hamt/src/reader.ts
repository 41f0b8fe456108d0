// Reading: the present state, or a snapshot's. Entries come in an order of the map's own, leaf by
// leaf: a scan goes on at a place between two leaves, or else behind the key that came last.

import { EntryBatch, KEYS, type MapCore, MapReader, type Portion, VALUES } from '@x/shm-arena/map';
import { EVERYTHING, RangeScan } from '@x/shm-arena/ordered';
import { KEYS_ONLY, VALUES_ONLY } from '../build/numbers/arena/map/codes.ts';
import { ANSWER, ENDED } from '../build/numbers/arena/map/result.ts';
import type { TrieKernel } from './kernel.ts';

export class TrieReader<K, V, X extends TrieKernel = TrieKernel> extends MapReader<
  MapCore<X, K, V>,
  K,
  V
> {
  readonly target: number;

  constructor(core: MapCore<X, K, V>, target: number, letGo?: () => void) {
    super(core, letGo);
    this.target = target;
  }

  tryGet(key: K, flags: number): number {
    const { kernel, entry, generation } = this.core;
    const { length, k0, k1, k2, k3 } = this.begin(key);
    return kernel.get(entry, generation, this.target, flags, length, k0, k1, k2, k3);
  }

  size(): number {
    const { core, target } = this;
    this.checkAll();
    core.askMap('size', (kernel, ...map) => kernel.size(...map, target));
    return core.result(ANSWER);
  }

  all(parts: number): EntryBatch<K, V> {
    this.checkAll();
    const flags = parts === KEYS ? KEYS_ONLY : parts === VALUES ? VALUES_ONLY : 0;
    return new EntryBatch(new TrieScan(this, EVERYTHING, flags), this.core, parts);
  }
}

/** A scan in progress that goes on at a place which the kernel has said, or behind the last key. */
export abstract class PlaceScan extends RangeScan {
  /** Where the last portion ended, if not behind its last key: two words. */
  protected placeLow = 0;
  protected placeHigh = 0;

  protected override note(): void {
    const { core } = this.view;
    this.placeLow = core.result(ENDED) | 0;
    this.placeHigh = core.result(ENDED + 4) | 0;
  }

  override goOnBehind(portion: Portion): void {
    if ((this.placeLow | this.placeHigh) === 0) {
      super.goOnBehind(portion);
      return;
    }
    this.start = undefined;
    this.startFlags = 0;
  }
}

/** Of a map that is no cache: many keys are read in lockstep (assembly/many.ts). */
export class HamtReader<K, V> extends TrieReader<K, V> {
  protected override tryGetMany(count: number, at: number, out: number, outBytes: number): number {
    const { kernel, entry, generation } = this.core;
    return kernel.getMany(entry, generation, this.target, count, at, out, outBytes);
  }
}

// biome-ignore lint/suspicious/noExplicitAny: whatever keys and values
type AnyCore = MapCore<TrieKernel, any, any>;

class TrieScan extends PlaceScan {
  declare protected readonly view: { core: AnyCore; target: number; check(): void };

  protected scan(flags: number, limit: number, out: number, outBytes: number): number {
    const { core, target } = this.view;
    const { kernel, entry, generation } = core;
    const start = [this.startLength, this.startAt, this.placeLow, this.placeHigh] as const;
    return kernel.scan(entry, generation, target, flags, limit, ...start, out, outBytes);
  }
}
