// What differs between two snapshots: their keys come in portions from the kernel, and the values
// from each of them, as it does not move.

import {
  type AnyCore,
  Batch,
  givePortion,
  KeyIterator,
  readSome,
  takePortion,
} from '@x/shm-arena/map';
import { EVERYTHING } from '@x/shm-arena/ordered';
import { KEYS_ONLY } from '../build/numbers/arena/map/codes.ts';
import type { HamtDifference } from './api.ts';
import type { TrieKernel } from './kernel.ts';
import { type HamtReader, PlaceScan } from './reader.ts';

type Life = HamtReader<unknown, unknown>['host'];

/** Two snapshots, as one view: it is over when one of them is. */
class Pair<K, V> {
  readonly core: AnyCore;
  readonly host: Life;
  readonly one: HamtReader<K, V>;
  readonly other: HamtReader<K, V>;

  constructor(one: HamtReader<K, V>, other: HamtReader<K, V>) {
    this.one = one;
    this.other = other;
    this.core = one.core;
    this.host = one.host;
  }

  get over(): boolean {
    return this.one.over || this.other.over || this.other.host.over;
  }

  get isOpen(): boolean {
    return this.one.isOpen && this.other.isOpen;
  }

  exists(): boolean {
    return this.one.exists() && this.other.exists();
  }

  gone(): Error {
    return this.one.isOpen && this.one.exists() ? this.other.gone() : this.one.gone();
  }

  check(): void {
    this.one.check();
    this.other.check();
  }

  checkAll(): void {
    this.one.checkAll();
    this.other.checkAll();
  }
}

/** The keys of a difference, in progress. */
class DiffScan extends PlaceScan {
  // biome-ignore lint/suspicious/noExplicitAny: whatever keys and values
  declare protected readonly view: Pair<any, any>;

  protected scan(flags: number, limit: number, out: number, outBytes: number): number {
    const { one, other } = this.view;
    const kernel = one.core.kernel as TrieKernel;
    return kernel.diff(
      one.core.entry,
      one.core.generation,
      one.target,
      other.core.entry,
      other.core.generation,
      other.target,
      flags,
      limit,
      ...([this.startLength, this.startAt] as const),
      this.placeLow,
      this.placeHigh,
      out,
      outBytes,
    );
  }
}

class Differences<K, V> extends Batch<HamtDifference<K, V>, never> {
  readonly #pair: Pair<K, V>;
  readonly #scan: DiffScan;

  constructor(pair: Pair<K, V>) {
    super();
    this.#pair = pair;
    this.#scan = new DiffScan(pair, EVERYTHING, KEYS_ONLY);
  }

  protected read(want: number, left: number): boolean {
    const { one, other, core } = this.#pair;
    const portion = takePortion();
    this.count = readSome(this.#scan, want, portion, left);
    const keys: K[] = core.keyPort.readAll(portion);
    givePortion(portion);
    const before = one.getMany(keys);
    const after = other.getMany(keys);
    this.keys = keys.map((key, i) => difference(key, before[i], after[i]));
    return this.#scan.more;
  }
}

function difference<K, V>(
  key: K,
  before: V | undefined,
  after: V | undefined,
): HamtDifference<K, V> {
  if (before === undefined) return { key, after: after as V };
  return after === undefined ? { key, before } : { key, before, after };
}

/** What has to be done to the first one to get the second one. Both are of one family, and open. */
export function differences<K, V>(
  one: HamtReader<K, V>,
  other: HamtReader<K, V>,
): IterableIterator<HamtDifference<K, V>> {
  const pair = new Pair(one, other);
  return new KeyIterator(new Differences(pair), pair);
}
