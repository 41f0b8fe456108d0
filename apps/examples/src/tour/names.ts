// Prefix search over the names of the places: the keys that the workers search, and what a search
// must show while one worker writes, computed without the packages under test.
//
// The writer goes through all rows, pass after pass; its n-th write of a row leaves revision n,
// except that of every third row the odd writes remove it. So the number of writes of a row says
// what it holds, and a search may show any number between what was acknowledged before it and what
// had begun after it.

import { u32, utf8 } from '@x/shm-arena/codec';
import { ABSENT, type Source, Wrong } from './data.ts';

/** Keys order by name without accents and capitals, then by row. Values are revisions. */
export const nameCodecs = { key: utf8, value: u32 };

/** How many places a search shows. */
export const SHOWN = 10;

/** What the `writes`-th write of a row leaves there. */
export function revisionAfter(row: number, writes: number): number {
  return row % 3 === 0 && writes % 2 === 1 ? ABSENT : writes;
}

/** What somebody types to find `name`: without accents, in small letters. */
export function fold(name: string): string {
  return name.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
}

export class Names {
  /** By row. */
  readonly keys: string[];
  /** The rows in the order of their keys. */
  readonly rows: number[];
  private readonly bytes: Buffer[];

  constructor(source: Source) {
    const rows = Array.from({ length: source.size }, (_, row) => row);
    this.keys = rows.map((row) => `${fold(source.key(row)[1])}\t${String(row).padStart(6, '0')}`);
    this.bytes = this.keys.map((key) => Buffer.from(key));
    this.rows = rows.sort((a, b) => Buffer.compare(this.bytes[a], this.bytes[b]));
  }

  /** The first `letters` letters of the name of `row`. */
  prefix(row: number, letters: number): string {
    const [name] = this.keys[row].split('\t');
    return [...name].slice(0, letters).join('');
  }

  /** Where the rows whose names begin with `prefix` begin in `rows`. */
  begin(prefix: string): number {
    const bytes = Buffer.from(prefix);
    let [low, high] = [0, this.rows.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (Buffer.compare(this.bytes[this.rows[middle]], bytes) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * Throws unless `found` are the first places whose names begin with `prefix`, at most `limit`.
   * Each of these rows was written at least `least` and at most `most` times when it was read.
   */
  check(
    prefix: string,
    found: Iterable<[string, number]>,
    limit: number,
    least: (row: number) => number,
    most = least,
  ): number {
    const { keys, rows } = this;
    const may = (row: number, revision: number) => {
      for (let writes = least(row); writes <= most(row); writes++) {
        if (revisionAfter(row, writes) === revision) return true;
      }
      return false;
    };
    let at = this.begin(prefix);
    const passOver = () => {
      const row = rows[at++];
      if (!may(row, ABSENT)) throw new Wrong(`${prefix}: ${keys[row]} is missing`);
    };
    let count = 0;
    for (const [key, revision] of found) {
      while (at < rows.length && keys[rows[at]] !== key && keys[rows[at]].startsWith(prefix)) {
        passOver();
      }
      const row = rows[at++];
      if (keys[row] !== key) throw new Wrong(`${prefix}: ${key} is in the wrong place`);
      if (!may(row, revision)) throw new Wrong(`${prefix}: ${key} at revision ${revision}`);
      count++;
    }
    if (count > limit) throw new Wrong(`${prefix}: ${count} places, at most ${limit}`);
    if (count === limit) return count;
    while (at < rows.length && keys[rows[at]].startsWith(prefix)) passOver();
    return count;
  }
}
