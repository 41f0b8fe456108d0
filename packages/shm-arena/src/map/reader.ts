// How a view reads its map: the kernel's calls, and whether the view is over. A view holds one
// reader under a symbol, so that nobody reaches it by a name that is misremembered; what a reader
// has bears plain names, which engines look up at less cost than symbols, at each call. Readers of
// one map differ in what the kernel reads, and in when they are over.

import { ABSENT, KEYS_ONLY, NEED } from '../../build/numbers/map/codes.ts';
import { iterableOf, ShmError } from '../ground/errors.ts';
import { Status } from '../ground/kernel.ts';
import type { Life } from '../structure/structure.ts';
import type { KeyPort } from '../values/ports.ts';
import type { Batch } from './batch.ts';
import type { AnyCore } from './core.ts';
import { getMany } from './many.ts';
import type { MapSource } from './view.ts';

const { OK } = Status;

export abstract class MapReader<C extends AnyCore, K, V> implements MapSource<K, V> {
  readonly core: C;
  over = false;
  readonly host: Life;
  private readonly letGo: (() => void) | undefined;

  /** @param letGo of a snapshot's reader: ends its hold */
  constructor(core: C, letGo?: () => void) {
    this.core = core;
    this.host = core.member.life;
    this.letGo = letGo;
  }

  /**
   * The kernel's `get`. A status. With KEYS_ONLY the value is not wanted; what other `flags` mean
   * is its own matter.
   */
  abstract tryGet(key: K, flags: number): number;

  /** The kernel's `getMany`, if it has one, with offsets as i32. A status. */
  protected tryGetMany?(count: number, at: number, out: number, outBytes: number): number;

  abstract all(parts: number): Batch<K, V>;

  get name(): string {
    return this.core.member.name;
  }

  get isOpen(): boolean {
    return !this.over && !this.host.over;
  }

  exists(): boolean {
    return this.core.member.exists;
  }

  /** Ends the view. Twice is harmless. */
  close(): void {
    if (this.over) return;
    this.over = true;
    this.letGo?.();
  }

  /** The error of a call after the end. */
  ended(): Error {
    if (this.letGo !== undefined) return new ShmError('SNAPSHOT_CLOSED', 'this snapshot is closed');
    return new ShmError('CLOSED', `${this.core.member.type.type}: this instance was closed`);
  }

  gone(): Error {
    return this.isOpen ? this.core.member.error(Status.CLOSED) : this.ended();
  }

  /** Throws when the view was closed. (Whether it still exists, the kernel says.) */
  check(): void {
    if (this.over || this.host.over) throw this.ended();
  }

  checkAll(): void {
    if (!this.isOpen || !this.exists()) throw this.gone();
  }

  /** Begins a call of the kernel that is about a key. */
  begin(key: K): KeyPort<K> {
    this.check();
    const { crossing, keyPort } = this.core;
    crossing.begin();
    keyPort.pack(key);
    return keyPort;
  }

  get(key: K, flags: number): V | undefined {
    const { core } = this;
    let status = this.tryGet(key, flags);
    if (status !== OK && status !== ABSENT) {
      status = core.finish(status, () => this.tryGet(key, flags), 'get');
    }
    if (status === ABSENT) return undefined;
    return core.readResult(status);
  }

  has(key: K): boolean {
    let status = this.tryGet(key, KEYS_ONLY);
    if (status !== OK && status !== ABSENT) {
      status = this.core.finish(status, () => this.tryGet(key, KEYS_ONLY), 'has');
      if (status === NEED) this.core.kernel.release();
    }
    return status !== ABSENT;
  }

  getMany(keys: Iterable<K>): (V | undefined)[] {
    const one = (key: K) => this.get(key, 0);
    if (this.tryGetMany === undefined) {
      this.checkAll();
      return [...iterableOf('keys', keys)].map(one); // All, before one is encoded: see many.ts.
    }
    const call = (count: number, at: number, out: number, outBytes: number) => {
      this.check();
      return this.tryGetMany!(count, at, out, outBytes);
    };
    return getMany(this.core, keys, call, one);
  }
}
