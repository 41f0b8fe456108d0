// Reading: one implementation for the map and its snapshots. They differ in the number that tells
// the kernel what to read, and in when they are over.

import {
  type Batch,
  type Bounds,
  ENTRY_HEAD,
  EntryBatch,
  getMany,
  giveRecords,
  KEYS,
  MapStatus,
  OrderedView,
  RangeFlag,
  RangeScan,
  Status,
  takeRecords,
  wholeNumber,
} from '@x/shm-arena/internal';
import type { IndexedReadable } from './api.ts';
import type { Core } from './core.ts';
import { INDEX } from './kernel.ts';

const { OK } = Status;
const { ABSENT, NEED } = MapStatus;

export abstract class TreeView<K, V> extends OrderedView<K, V> implements IndexedReadable<K, V> {
  readonly core: Core<K, V>;
  /** What the kernel reads: a version, or 0 for the present one. */
  readonly target: number;
  protected readonly bound;
  /** Set when this view is over. */
  protected over = false;

  constructor(core: Core<K, V>, target: number) {
    super();
    this.core = core;
    this.target = target;
    this.bound = core.bound;
  }

  /** The error of a call after the end. */
  protected abstract ended(): Error;

  check(): void {
    if (this.over || !this.core.member.isOpen) throw this.ended();
  }

  get(key: K): V | undefined {
    return this.read(key, 0);
  }

  /** The value of `key`; `flags` for the kernel. */
  protected read(key: K, flags: number): V | undefined {
    const { core } = this;
    let status = this.tryGet(key, flags);
    if (status !== OK && status !== ABSENT) {
      status = core.finish(status, () => this.tryGet(key, flags), 'get');
    }
    if (status === ABSENT) return undefined;
    return core.readResult();
  }

  private tryGet(key: K, flags: number): number {
    this.check();
    const { core } = this;
    const { keyPort } = core;
    core.crossing.begin();
    keyPort.pack(key);
    return core.kernel.get(
      core.entry,
      core.generation,
      this.target,
      flags,
      keyPort.length,
      keyPort.k0,
      keyPort.k1,
      keyPort.k2,
      keyPort.k3,
    );
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
    const { core } = this;
    return getMany(core, keys, (count, at, out, outBytes) => {
      this.check();
      return core.kernel.getMany(
        core.entry,
        core.generation,
        this.target,
        count,
        at,
        out,
        outBytes,
      );
    });
  }

  get size(): number {
    return this.counted(0, undefined, undefined);
  }

  rank(key: K): number {
    return this.counted(RangeFlag.END | RangeFlag.END_OPEN, undefined, this.bound.encode(key));
  }

  protected countWithin({ low, lowOpen, high, highOpen }: Readonly<Bounds>): number {
    const flags =
      (low === undefined ? 0 : RangeFlag.START | (lowOpen ? RangeFlag.START_OPEN : 0)) |
      (high === undefined ? 0 : RangeFlag.END | (highOpen ? RangeFlag.END_OPEN : 0));
    return this.counted(flags, low, high);
  }

  /** How many entries lie between two bounds. */
  private counted(flags: number, low: Uint8Array | undefined, high: Uint8Array | undefined) {
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
    core.finish(call(), call, 'count');
    return core.result(0);
  }

  at(index: number): [K, V] | undefined {
    const { core } = this;
    const { crossing } = core;
    wholeNumber('index', index, 0, 2 ** 32 - 1);
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
    core.finish(call(), call, 'at');
    if (core.result(0) === 0) return undefined;
    const records = takeRecords();
    records.load(crossing.view, crossing.out, core.result(1), ENTRY_HEAD);
    const keys: K[] = [];
    const values: V[] = [];
    records.entries(1, core.keyPort, core.valuePort, keys, values);
    giveRecords(records);
    return [keys[0] as K, values[0] as V];
  }

  protected batch(bounds: Readonly<Bounds>, parts: number, size?: number): Batch<K, V> {
    this.check();
    const scan = new TreeScan(this, bounds, parts === KEYS ? RangeFlag.KEYS_ONLY : 0);
    return new EntryBatch(scan, this.core, bounds, parts, size);
  }
}

/** A scan in progress. */
class TreeScan extends RangeScan {
  // biome-ignore lint/suspicious/noExplicitAny: whatever keys and values
  private readonly view: TreeView<any, any>;

  // biome-ignore lint/suspicious/noExplicitAny: whatever keys and values
  constructor(view: TreeView<any, any>, bounds: Readonly<Bounds>, flags: number) {
    super(view.core, bounds, flags, ENTRY_HEAD);
    this.view = view;
  }

  protected check(): void {
    this.view.check();
  }

  protected scan(
    flags: number,
    limit: number,
    startLength: number,
    startAt: number,
    endLength: number,
    endAt: number,
    out: number,
    outBytes: number,
  ): number {
    const { core, target } = this.view;
    return core.kernel.scan(
      core.entry,
      core.generation,
      target,
      flags,
      limit,
      startLength,
      startAt,
      endLength,
      endAt,
      out,
      outBytes,
    );
  }
}
