// Reading a map through its kernel: one implementation for maps, their snapshots and their parts.
// They differ in what they tell the kernel to read, and in when they are over.

import { ShmError } from '../errors.ts';
import { Status } from '../kernel.ts';
import type { KeyPort } from '../ports.ts';
import { type AnyCore, MapStatus } from './core.ts';
import { getMany } from './many.ts';
import type { Bounds, CodecBounds } from './range.ts';
import { EntryBatch, RangeFlag, type RangeScan } from './scan.ts';
import { type Batch, KEYS, OrderedView } from './view.ts';

const { OK } = Status;
const { ABSENT, NEED } = MapStatus;

export abstract class MapView<C extends AnyCore, K, V> extends OrderedView<K, V> {
  readonly core: C;
  protected readonly bound: CodecBounds<K>;
  /** Set when this view is over. */
  protected over = false;

  constructor(core: C) {
    super();
    this.core = core;
    this.bound = core.bound;
  }

  /** The kernel's `get`; what `flags` mean is its own matter. A status. */
  protected abstract tryGet(key: K, flags: number): number;

  /** The kernel's `getMany`, with offsets as i32. A status. */
  protected abstract tryGetMany(count: number, at: number, out: number, outBytes: number): number;

  /** A scan of `bounds`, with `flags` beside theirs. */
  protected abstract scanOf(bounds: Readonly<Bounds>, flags: number): RangeScan;

  abstract close(): void;

  [Symbol.dispose](): void {
    this.close();
  }

  /** The error of a call after the end. */
  protected ended(): Error {
    return new ShmError('CLOSED', `${this.core.member.type.type}: this instance was closed`);
  }

  check(): void {
    if (this.over || !this.core.member.isOpen) throw this.ended();
  }

  /** Begins a call of the kernel that is about a key. */
  protected begin(key: K): KeyPort<K> {
    this.check();
    const { crossing, keyPort } = this.core;
    crossing.begin();
    keyPort.pack(key);
    return keyPort;
  }

  get(key: K): V | undefined {
    return this.read(key, 0);
  }

  protected read(key: K, flags: number): V | undefined {
    const { core } = this;
    let status = this.tryGet(key, flags);
    if (status !== OK && status !== ABSENT) {
      status = core.finish(status, () => this.tryGet(key, flags), 'get');
    }
    if (status === ABSENT) return undefined;
    return core.readResult();
  }

  has(key: K): boolean {
    let status = this.tryGet(key, 0);
    if (status === NEED) return true;
    if (status !== OK && status !== ABSENT) {
      status = this.core.finish(status, () => this.tryGet(key, 0), 'has');
    }
    return status === OK;
  }

  getMany(keys: Iterable<K>): (V | undefined)[] {
    return getMany(this.core, keys, (count, at, out, outBytes) => {
      this.check();
      return this.tryGetMany(count, at, out, outBytes);
    });
  }

  protected batch(bounds: Readonly<Bounds>, parts: number, size?: number): Batch<K, V> {
    this.check();
    const scan = this.scanOf(bounds, parts === KEYS ? RangeFlag.KEYS_ONLY : 0);
    return new EntryBatch(scan, this.core, bounds, parts, size);
  }
}
