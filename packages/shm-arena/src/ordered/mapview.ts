// Reading a map through its kernel: one implementation for maps, their snapshots and their parts.
// They differ in what they tell the kernel to read, and in when they are over.

import { ShmError } from '../errors.ts';
import { Status } from '../kernel.ts';
import type { KeyPort } from '../ports.ts';
import { SHOW } from '../shown.ts';
import type { Life } from '../structure.ts';
import { type AnyCore, MapStatus } from './core.ts';
import {
  BATCH,
  BEGIN,
  BOUND,
  CHECK,
  CHECK_ALL,
  CORE,
  ENDED,
  EXISTS,
  GONE,
  HOST_LIFE,
  LIFE,
  NUMBERS,
  OPEN,
  OVER,
  READ,
  SCAN_OF,
  TRY_GET,
  TRY_GET_MANY,
} from './inside.ts';
import { getMany } from './many.ts';
import type { Bounds, CodecBounds } from './range.ts';
import { EntryBatch, RangeFlag, type RangeScan } from './scan.ts';
import { type Batch, KEYS, OrderedView } from './view.ts';

const { OK } = Status;
const { ABSENT, NEED } = MapStatus;

export abstract class MapView<C extends AnyCore, K, V> extends OrderedView<K, V> {
  readonly [CORE]: C;
  protected readonly [BOUND]: CodecBounds<K>;
  /** Set when this view is over. */
  protected get [OVER](): boolean {
    return this[LIFE].over;
  }

  protected set [OVER](over: boolean) {
    this[LIFE].over = over;
  }

  override get [HOST_LIFE](): Life {
    return this[CORE].member.life;
  }

  constructor(core: C) {
    super();
    this[CORE] = core;
    this[BOUND] = core.bound;
  }

  /** The kernel's `get`; what `flags` mean is its own matter. A status. */
  protected abstract [TRY_GET](key: K, flags: number): number;

  /** The kernel's `getMany`, with offsets as i32. A status. */
  protected abstract [TRY_GET_MANY](
    count: number,
    at: number,
    out: number,
    outBytes: number,
  ): number;

  /** A scan of `bounds`, with `flags` beside theirs. */
  protected abstract [SCAN_OF](bounds: Readonly<Bounds>, flags: number): RangeScan;

  override [SHOW](): object {
    const { name } = this[CORE].member;
    const closed = !this[OPEN]() || !this[EXISTS]();
    return { name: name || undefined, ...(closed ? {} : this[NUMBERS]()), closed };
  }

  protected [NUMBERS](): object {
    return {};
  }

  abstract close(): void;

  [Symbol.dispose](): void {
    this.close();
  }

  /** The error of a call after the end. */
  protected [ENDED](): Error {
    return new ShmError('CLOSED', `${this[CORE].member.type.type}: this instance was closed`);
  }

  [CHECK](): void {
    if (this[OVER] || !this[CORE].member.isOpen) throw this[ENDED]();
  }

  override [EXISTS](): boolean {
    return this[CORE].member.exists;
  }

  override [GONE](): Error {
    const { member } = this[CORE];
    return this[OPEN]() ? member.error(Status.CLOSED) : this[ENDED]();
  }

  /** Begins a call of the kernel that is about a key. */
  protected [BEGIN](key: K): KeyPort<K> {
    this[CHECK]();
    const { crossing, keyPort } = this[CORE];
    crossing.begin();
    keyPort.pack(key);
    return keyPort;
  }

  get(key: K): V | undefined {
    return this[READ](key, 0);
  }

  protected [READ](key: K, flags: number): V | undefined {
    const { [CORE]: core } = this;
    let status = this[TRY_GET](key, flags);
    if (status !== OK && status !== ABSENT) {
      status = core.finish(status, () => this[TRY_GET](key, flags), 'get');
    }
    if (status === ABSENT) return undefined;
    return core.readResult(status);
  }

  has(key: K): boolean {
    let status = this[TRY_GET](key, 0);
    if (status !== OK && status !== ABSENT) {
      status = this[CORE].finish(status, () => this[TRY_GET](key, 0), 'has');
      if (status === NEED) this[CORE].kernel.release();
    }
    return status !== ABSENT;
  }

  getMany(keys: Iterable<K>): (V | undefined)[] {
    const call = (count: number, at: number, out: number, outBytes: number) => {
      this[CHECK]();
      return this[TRY_GET_MANY](count, at, out, outBytes);
    };
    return getMany(this[CORE], keys, call, (key) => this[READ](key, 0));
  }

  protected [BATCH](bounds: Readonly<Bounds>, parts: number, size?: number): Batch<K, V> {
    this[bounds.empty ? CHECK_ALL : CHECK]();
    const scan = this[SCAN_OF](bounds, parts === KEYS ? RangeFlag.KEYS_ONLY : 0);
    return new EntryBatch(scan, this[CORE], bounds, parts, size);
  }
}
