// Keys and values in columns, as the calls about many entries leave them (assembly/map/portion.ts),
// in private memory; and texts, which are read many at a time.
//
//   | head 0 1 2 … | value 0 1 2 … | number 0 1 2 … | key 0 key 1 …      … 1   0 long |
//   0              valuesAt        numbersAt        keysAt

import { MAX_KEY } from '../../build/numbers/map/key.ts';
import { NOTHING } from '../../build/numbers/map/portion.ts';
import { allocate } from './encoding.ts';
import { readText } from './text.ts';

/** Behind what is loaded: short texts are read a few bytes too many at a time. */
const SLACK = 16;

export class Columns {
  bytes = new Uint8Array(512);
  words = new Int32Array(this.bytes.buffer);
  data = new DataView(this.bytes.buffer);
  /** How many entries there are. */
  count = 0;
  valuesAt = 0;
  numbersAt = 0;
  keysAt = 0;
  /** From where the kernel had a long value to where it is. */
  protected shift = 0;

  /** Makes room for `length` bytes; what was there is gone. */
  protected room(length: number): void {
    if (this.bytes.length >= length + SLACK) return;
    // Large portions are let go afterwards: no more than they need.
    const bytes = (length > 2 ** 20 ? length : length * 2) + SLACK;
    this.bytes = allocate(Math.ceil(bytes / 8) * 8);
    this.words = new Int32Array(this.bytes.buffer);
    this.data = new DataView(this.bytes.buffer);
  }

  keyLength(i: number): number {
    return (this.words[2 * i] as number) & MAX_KEY;
  }

  valueLength(i: number): number {
    return this.words[2 * i + 1] as number;
  }

  /** Whether the entry has no value: a tombstone, or a key that was not found. */
  isNothing(i: number): boolean {
    return ((this.words[2 * i] as number) & NOTHING) !== 0;
  }

  /** Where the value is, which is not nothing. */
  valueAt(i: number): number {
    const at = this.valuesAt + 8 * i;
    if (this.valueLength(i) <= 8) return at;
    return ((this.words[at >> 2] as number) >>> 0) + this.shift;
  }
}

/** The values of a column that f64 encoded: big-endian, negative numbers with all bits flipped. */
export function readNumbers(
  columns: Columns,
  negative: (source: Uint8Array, at: number) => number,
): (number | undefined)[] {
  const { bytes, words, data, count } = columns;
  const values = new Array<number | undefined>(count);
  for (let i = 0, at = columns.valuesAt; i < count; i++, at += 8) {
    if (((words[2 * i] as number) & NOTHING) !== 0) values[i] = undefined;
    // With its sign bit flipped a number that is not negative is its negation.
    else values[i] = data.getInt32(at) < 0 ? -data.getFloat64(at) : negative(bytes, at);
  }
  return values;
}

/**
 * So many bytes are read as one text at most. A part of a text keeps all of it in memory: who keeps
 * one key of a scan keeps no more than this beside it.
 */
const MOST_RUN = 1024;
/** For fewer bytes, single texts are faster. */
const LEAST_RUN = 96;
/** So many runs are not tried after one that had other characters than ASCII. */
const PASS_OVER = 64;

/** Reads texts that stand side by side as one, and cuts it: while they are ASCII. */
export class TextRuns {
  private over = 0;

  /** The bytes as one text, with a character for each; '': that does not go, or is of no use. */
  private run(bytes: Uint8Array, from: number, to: number): string {
    if (to - from < LEAST_RUN) return '';
    if (this.over > 0) {
      this.over--;
      return '';
    }
    const text = readText(bytes, from, to - from);
    if (text.length === to - from) return text;
    this.over = PASS_OVER;
    return '';
  }

  keys({ bytes, words, count, keysAt }: Columns): string[] {
    const keys = new Array<string>(count);
    let at = keysAt;
    for (let i = 0; i < count; ) {
      let end = i;
      let to = at;
      for (; end < count; end++) {
        const next = to + ((words[2 * end] as number) & MAX_KEY);
        if (next - at > MOST_RUN && end > i) break;
        to = next;
      }
      const text = end > i + 1 ? this.run(bytes, at, to) : '';
      if (text === '') {
        for (; i < end; i++) {
          const length = (words[2 * i] as number) & MAX_KEY;
          keys[i] = readText(bytes, at, length);
          at += length;
        }
      } else {
        for (let from = 0; i < end; i++) {
          const behind = from + ((words[2 * i] as number) & MAX_KEY);
          keys[i] = text.substring(from, behind);
          from = behind;
        }
        at = to;
      }
    }
    return keys;
  }

  values(columns: Columns): (string | undefined)[] {
    const { bytes, count } = columns;
    const values = new Array<string | undefined>(count);
    for (let i = 0; i < count; ) {
      const end = this.#endOfRun(columns, i);
      // Each long value stands below the one before.
      let low = 0;
      let text = '';
      if (end > i + 1) {
        low = columns.valueAt(end - 1);
        text = this.run(bytes, low, columns.valueAt(i) + columns.valueLength(i));
      }
      for (; i < end; i++) {
        const length = columns.valueLength(i);
        const at = columns.valueAt(i);
        if (columns.isNothing(i)) values[i] = undefined;
        else if (text === '') values[i] = readText(bytes, at, length);
        else values[i] = text.substring(at - low, at - low + length);
      }
    }
    return values;
  }

  /** Where the run of long values that begins with `i` ends; one value where that is not long. */
  #endOfRun(columns: Columns, i: number): number {
    let end = i + 1;
    if (columns.valueLength(i) <= 8) return end;
    const to = columns.valueAt(i) + columns.valueLength(i);
    while (end < columns.count && columns.valueLength(end) > 8) {
      if (to - columns.valueAt(end) > MOST_RUN) break;
      end++;
    }
    return end;
  }
}
