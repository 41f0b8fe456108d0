// How the scans of all ordered kernels hand over entries: a run of records in scratch, decoded here
// as a whole. The run is copied to private memory first: what decoding calls may then use scratch.
//
//   0 u32 key length | flags << 24   4 u32 value length   8 u64 sequence number, where there are
//   any   then key bytes, padded to 8   then value bytes, padded to 8, unless they were left out

import {
  LARGE_KEY,
  LARGE_KEY_BYTES,
  LARGE_NUMBER,
  LARGE_VALUE,
  LARGE_VALUE_BYTES,
} from '../../build/numbers/map/result.ts';
import type { KeyPort, ValuePort } from '../values/ports.ts';
import type { AnyCore } from './core.ts';

/** Bytes of a record before its key, with and without a sequence number. */
export const VERSION_HEAD = 16;
export const ENTRY_HEAD = 8;
const KEY_LENGTH_MASK = 0xff_ffff;

/** In a record's flags: this version deletes the key. */
export const RECORD_TOMBSTONE = 1;

/** A private copy of a run of records. */
export class Records {
  bytes = new Uint8Array(4096);
  words = new Int32Array(this.bytes.buffer);
  private head = ENTRY_HEAD;

  /** Copies `length` bytes from `view[from]` on; of a record `head` bytes stand before its key. */
  load(view: Uint8Array, from: number, length: number, head: number = ENTRY_HEAD): void {
    this.room(length, head);
    this.bytes.set(view.subarray(from, from + length));
  }

  /** Makes the one record that a call with NEED found, and ends that call. */
  loadLarge(core: AnyCore, head: number, hasValue: boolean): void {
    core.pinned(() => {
      const flagged = core.result(LARGE_KEY_BYTES);
      const keyLength = flagged & KEY_LENGTH_MASK;
      const valueLength = core.result(LARGE_VALUE_BYTES);
      const valueAt = head + ((keyLength + 7) & -8);
      this.room(valueAt + (hasValue ? (valueLength + 7) & -8 : 0), head);
      const { bytes, words } = this;
      words[0] = flagged;
      words[1] = valueLength;
      if (head === VERSION_HEAD) {
        words[2] = core.result(LARGE_NUMBER);
        words[3] = core.result(LARGE_NUMBER + 4);
      }
      core.pieces(bytes, head, core.result(LARGE_KEY), true, keyLength);
      if (hasValue) core.pieces(bytes, valueAt, core.result(LARGE_VALUE), false, valueLength);
    });
  }

  private room(length: number, head: number): void {
    this.head = head;
    if (this.bytes.length >= length) return;
    this.bytes = new Uint8Array((length * 2 + 7) & -8);
    this.words = new Int32Array(this.bytes.buffer);
  }

  /** A copy of the key of the record at `at`. */
  key(at: number): Uint8Array {
    const from = at + this.head;
    return this.bytes.slice(from, from + ((this.words[at >> 2] as number) & KEY_LENGTH_MASK));
  }

  seqLow(at: number): number {
    return this.words[(at >> 2) + 2] as number;
  }

  seqHigh(at: number): number {
    return this.words[(at >> 2) + 3] as number;
  }

  tombstone(at: number): boolean {
    return (((this.words[at >> 2] as number) >>> 24) & RECORD_TOMBSTONE) !== 0;
  }

  /** Decodes the first `count` records' keys and values. */
  entries<K, V>(
    count: number,
    keyPort: KeyPort<K>,
    valuePort: ValuePort<V>,
    keys: K[],
    values: V[],
  ): void {
    const { bytes, words, head } = this;
    let at = 0;
    for (let i = 0; i < count; i++) {
      const keyLength = (words[at >> 2] as number) & KEY_LENGTH_MASK;
      const valueLength = words[(at >> 2) + 1] as number;
      const valueAt = at + head + ((keyLength + 7) & -8);
      keys[i] = keyPort.read(bytes, at + head, keyLength);
      values[i] = valuePort.read(bytes, valueAt, valueLength);
      at = valueAt + ((valueLength + 7) & -8);
    }
  }

  /** Decodes the keys of records that carry no value bytes. */
  keys<K>(count: number, keyPort: KeyPort<K>, keys: K[]): void {
    const { bytes, words, head } = this;
    let at = 0;
    for (let i = 0; i < count; i++) {
      const keyLength = (words[at >> 2] as number) & KEY_LENGTH_MASK;
      keys[i] = keyPort.read(bytes, at + head, keyLength);
      at += head + ((keyLength + 7) & -8);
    }
  }

  /** Decodes the values alone. */
  values<V>(count: number, valuePort: ValuePort<V>, values: V[]): void {
    const { bytes, words, head } = this;
    let at = 0;
    for (let i = 0; i < count; i++) {
      const keyLength = (words[at >> 2] as number) & KEY_LENGTH_MASK;
      const valueLength = words[(at >> 2) + 1] as number;
      const valueAt = at + head + ((keyLength + 7) & -8);
      values[i] = valuePort.read(bytes, valueAt, valueLength);
      at = valueAt + ((valueLength + 7) & -8);
    }
  }

  /** Calls `each` with the offset and the two lengths of the first `count` records. */
  walk(
    count: number,
    hasValues: boolean,
    each: (at: number, keyLength: number, valueLength: number) => void,
  ): void {
    const { head } = this;
    let at = 0;
    for (let i = 0; i < count; i++) {
      const keyLength = (this.words[at >> 2] as number) & KEY_LENGTH_MASK;
      const valueLength = this.words[(at >> 2) + 1] as number;
      const next = at + head + ((keyLength + 7) & -8);
      each(at, keyLength, valueLength);
      at = hasValues ? next + ((valueLength + 7) & -8) : next;
    }
  }
}

/** Buffers of finished batches. A batch that is decoded while another one is takes its own. */
const spare: Records[] = [];

export function takeRecords(): Records {
  return spare.pop() ?? new Records();
}

/** What a batch was decoded from may be used again; very large ones are let go. */
export function giveRecords(records: Records): void {
  if (records.bytes.length <= 2 ** 20 && spare.length < 4) spare.push(records);
}
