// A portion of a kernel's answer in private memory: what decoding calls may then use scratch.
// assembly/map/portion.ts says what stands where.

import { KEYS_ONLY } from '../../build/numbers/map/codes.ts';
import { MAX_KEY } from '../../build/numbers/map/key.ts';
import {
  PORTION_KEY_BYTES,
  PORTION_KEYS,
  PORTION_LONG_BYTES,
} from '../../build/numbers/map/portion.ts';
import {
  LARGE_BYTES,
  LARGE_HEAD,
  LARGE_KEY,
  LARGE_NUMBER,
  LARGE_VALUE,
} from '../../build/numbers/map/result.ts';
import { Columns } from '../values/columns.ts';
import { type AnyCore, longOf } from './core.ts';

/** Bytes of an entry in each column. */
const COLUMN = 8;
/** Up to here a loop over the words beats the platform's copy. */
const SHORT = 256;

export class Portion extends Columns {
  /** Where the last key is: behind it a scan goes on. */
  private lastAt = 0;

  /**
   * Copies what the last call has left: `count` entries, in columns for `most` of them, in so much
   * of the room for output.
   */
  load(core: AnyCore, count: number, most: number, room = core.crossing.outBytes & -8): void {
    this.count = count;
    if (count === 0) return;
    const { view, words, out } = core.crossing;
    this.columns(most, core.result(PORTION_KEYS) - out);
    const front = this.keysAt + core.result(PORTION_KEY_BYTES);
    const long = core.result(PORTION_LONG_BYTES);
    const longAt = (front + 7) & -8;
    this.room(longAt + long);
    if (front <= SHORT) {
      const from = out >> 2;
      for (let i = 0; i < front >> 2; i++) this.words[i] = words[from + i] as number;
      for (let i = front & -4; i < front; i++) this.bytes[i] = view[out + i] as number;
    } else {
      this.bytes.set(view.subarray(out, out + front));
    }
    this.lastAt = front - this.keyLength(count - 1);
    if (long === 0) return;
    const end = out + room;
    this.bytes.set(view.subarray(end - long, end), longAt);
    this.shift = longAt - (end - long);
  }

  /** Takes the one entry that a call with NEED found, and ends that call. */
  loadLarge(core: AnyCore, flags: number): void {
    core.pinned(() => {
      const head = core.result(LARGE_HEAD);
      const keyLength = head & MAX_KEY;
      const bytes = core.result(LARGE_BYTES);
      const hasValue = (flags & KEYS_ONLY) === 0;
      this.columns(1, 3 * COLUMN);
      const longAt = (this.keysAt + keyLength + 7) & -8;
      this.room(longAt + (hasValue ? bytes : 0));
      this.count = 1;
      this.shift = 0;
      this.lastAt = this.keysAt;
      const number = [core.result(LARGE_NUMBER), core.result(LARGE_NUMBER + 4)];
      this.words.set([head, bytes, longAt, 0, ...number]);
      core.pieces(this.bytes, this.keysAt, core.result(LARGE_KEY), true, keyLength);
      if (!hasValue) return;
      core.pieces(this.bytes, this.valueAt(0), core.result(LARGE_VALUE), false, bytes);
    });
  }

  /** Sets where columns for `most` entries are, if they are there at all: numbers are the last. */
  private columns(most: number, keysAt: number): void {
    this.valuesAt = most * COLUMN;
    this.numbersAt = keysAt - most * COLUMN;
    this.keysAt = keysAt;
  }

  /** A copy of the last key. */
  lastKey(): Uint8Array {
    return this.bytes.slice(this.lastAt, this.lastAt + this.keyLength(this.count - 1));
  }

  /** A copy of the key of entry `i`. */
  key(i: number): Uint8Array {
    let at = this.keysAt;
    for (let j = 0; j < i; j++) at += this.keyLength(j);
    return this.bytes.slice(at, at + this.keyLength(i));
  }

  numberLow(i: number): number {
    return this.words[(this.numbersAt >> 2) + 2 * i] as number;
  }

  numberHigh(i: number): number {
    return this.words[(this.numbersAt >> 2) + 2 * i + 1] as number;
  }

  number(i: number): bigint {
    return longOf(this.numberLow(i), this.numberHigh(i));
  }
}

/** Portions that nobody uses. One that is decoded while another one is takes its own. */
const spare: Portion[] = [];

export function takePortion(): Portion {
  return spare.pop() ?? new Portion();
}

/** What a portion was decoded from may be used again; very large ones are let go. */
export function givePortion(portion: Portion): void {
  portion.count = 0;
  if (portion.bytes.length <= 2 ** 20 && spare.length < 4) spare.push(portion);
}
