// Entries one behind the other, for who may look at few of them: decoded as far as somebody asks.

import { readSome } from '../map/batch.ts';
import type { AnyCore } from '../map/core.ts';
import { givePortion, takePortion } from '../map/portion.ts';
import type { RangeScan } from './scan.ts';

export interface Walk<K, V> {
  /** Reads up to `want` entries in the place of those before; how many: none at the end only. */
  read(want: number): number;
  /** Of entry `i` of those read last. */
  key(i: number): K;
  value(i: number): V;
  keyBytes(i: number): Uint8Array;
  /** Nobody reads it any more. */
  end(): void;
}

/** Walks through a kernel's scan. */
export class ScanWalk<K, V> implements Walk<K, V> {
  private readonly scan: RangeScan | undefined;
  private readonly core: AnyCore;
  private portion = takePortion();
  /** Whether a codec reads the portion, and may use this walk meanwhile. */
  private lent = false;
  private keys: K[] | undefined;
  private found: V | undefined;
  /** Which entry's value that is. */
  private foundAt = -1;

  /** @param scan undefined: there is nothing */
  constructor(core: AnyCore, scan: RangeScan | undefined) {
    this.core = core;
    this.scan = scan;
  }

  read(want: number): number {
    const { scan } = this;
    scan?.goOnBehind(this.portion);
    if (this.lent) this.portion = takePortion();
    this.lent = false;
    this.keys = this.found = undefined;
    this.foundAt = -1;
    return scan?.more ? readSome(scan, want, this.portion, 0) : 0;
  }

  key(i: number): K {
    if (this.keys !== undefined) return this.keys[i] as K;
    const { portion } = this;
    this.lent = true;
    const keys: K[] = this.core.keyPort.readAll(portion);
    if (this.portion === portion) {
      this.lent = false;
      this.keys = keys;
    }
    return keys[i] as K;
  }

  value(i: number): V {
    if (this.foundAt === i) return this.found as V;
    const { portion } = this;
    this.lent = true;
    const at = portion.valueAt(i);
    const value: V = this.core.valuePort.read(portion.bytes, at, portion.valueLength(i));
    if (this.portion === portion) {
      this.lent = false;
      this.found = value;
      this.foundAt = i;
    }
    return value;
  }

  keyBytes(i: number): Uint8Array {
    return this.portion.key(i);
  }

  end(): void {
    if (!this.lent) givePortion(this.portion);
    this.lent = true;
  }
}
