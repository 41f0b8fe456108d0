// Reading: one implementation for lists, snapshots and frozen lists. They differ in the three
// numbers that tell the kernel what to read, and in when they are over.

import type { Range } from '@x/shm-arena';
import {
  type Batch,
  type Bounds,
  EVERYTHING,
  encodeRange,
  giveRecords,
  iterableOf,
  KeyIterator,
  OrderedView,
  Status,
  takeRecords,
} from '@x/shm-arena/internal';
import type { Showing, Version, VersionedReadable, VersionedValue, VersionRange } from './api.ts';
import type { Core, View } from './core.ts';
import { ABSENT, NEED, ScanFlag, TOMBSTONE } from './kernel.ts';
import { countWithin, EntryBatch, VersionBatch } from './scan.ts';

const { OK } = Status;

export abstract class ListView<K, V>
  extends OrderedView<K, V>
  implements VersionedReadable<K, V>, View
{
  readonly core: Core<K, V>;
  readonly target: number;
  readonly seqLow: number;
  readonly seqHigh: number;
  protected readonly bound;
  /** Set when this view is over. */
  protected over = false;

  constructor(core: Core<K, V>, target: number, seqLow: number, seqHigh: number) {
    super();
    this.core = core;
    this.target = target;
    this.seqLow = seqLow;
    this.seqHigh = seqHigh;
    this.bound = core.bound;
  }

  /** The error of a call after the end. */
  protected abstract ended(): Error;

  check(): void {
    if (this.over || !this.core.member.isOpen) throw this.ended();
  }

  get(key: K): V | undefined {
    const { core } = this;
    let status = this.tryGet(key);
    if (status !== OK && status !== ABSENT) {
      status = core.finish(status, () => this.tryGet(key), 'get');
    }
    if (status === ABSENT) return undefined;
    return core.readResult();
  }

  private tryGet(key: K): number {
    this.check();
    const { core } = this;
    const { keyPort } = core;
    core.crossing.begin();
    keyPort.pack(key);
    return core.kernel.get(
      core.entry,
      core.generation,
      this.target,
      this.seqLow,
      this.seqHigh,
      keyPort.length,
      keyPort.k0,
      keyPort.k1,
      keyPort.k2,
      keyPort.k3,
    );
  }

  has(key: K): boolean {
    let status = this.tryGet(key);
    if (status === NEED) return true;
    if (status !== OK && status !== ABSENT) {
      status = this.core.finish(status, () => this.tryGet(key), 'has');
    }
    return status === OK;
  }

  getEntry(key: K): VersionedValue<V> | undefined {
    const { core } = this;
    const status = core.finish(this.tryGet(key), () => this.tryGet(key), 'getEntry');
    const seq = core.resultLong(2);
    if (status === ABSENT) {
      return seq !== 0n && core.result(1) & TOMBSTONE ? { seq, tombstone: true } : undefined;
    }
    return { value: core.readResult(), seq, tombstone: false };
  }

  getMany(keys: Iterable<K>): (V | undefined)[] {
    const all = Array.isArray(keys) ? (keys as K[]) : [...iterableOf('keys', keys)];
    const values: (V | undefined)[] = [];
    while (values.length < all.length) this.readChunk(all, values);
    return values;
  }

  /** Reads the values of as many keys as scratch has room for, behind those already read. */
  private readChunk(keys: K[], values: (V | undefined)[]): void {
    const { core } = this;
    const { crossing } = core;
    const from = values.length;
    core.finish(this.tryGetMany(keys, from), () => this.tryGetMany(keys, from), 'getMany');
    const done = core.result(0);
    const records = takeRecords();
    records.load(crossing.view, crossing.out, core.result(1));
    const { bytes, words } = records;
    const { valuePort } = core;
    let at = 0;
    for (let i = 0; i < done; i++) {
      const length = words[(at >> 2) + 1] as number;
      if (words[at >> 2] === 0) values.push(undefined);
      else values.push(valuePort.read(bytes, at + 8, length));
      at += 8 + ((length + 7) & -8);
    }
    giveRecords(records);
  }

  private tryGetMany(keys: K[], from: number): number {
    const { core } = this;
    const { crossing, keyPort } = core;
    this.check();
    crossing.begin();
    const first = crossing.take(0);
    const full = crossing.view.length >> 1;
    let next = from;
    for (; next < keys.length && crossing.cursor < full; next++) {
      const head = keyPort.append(keys[next] as K, 8);
      crossing.words[head >> 2] = keyPort.length;
    }
    return core.kernel.getMany(
      core.entry,
      core.generation,
      this.target,
      this.seqLow,
      this.seqHigh,
      next - from,
      crossing.at + first,
      crossing.outAt,
      crossing.outBytes & -8,
    );
  }

  get size(): number {
    this.check();
    return countWithin(this, EVERYTHING);
  }

  protected countWithin(bounds: Readonly<Bounds>): number {
    this.check();
    return countWithin(this, bounds);
  }

  protected batch(bounds: Readonly<Bounds>, parts: number, size?: number): Batch<K, V> {
    this.check();
    return new EntryBatch(this, this.core, bounds, parts, size);
  }

  override entries(range: VersionRange<K> & Showing): IterableIterator<Version<K, V>>;
  override entries(range?: Range<K>): IterableIterator<[K, V]>;
  override entries(range?: VersionRange<K>): IterableIterator<Version<K, V> | [K, V]> {
    if (!range?.versions && !range?.tombstones) return super.entries(range);
    this.check();
    const flags =
      (range.versions ? ScanFlag.VERSIONS : 0) | (range.tombstones ? ScanFlag.TOMBSTONES : 0);
    const bounds = encodeRange(range, this.bound);
    return new KeyIterator(new VersionBatch(this, this.core, bounds, flags));
  }
}
