import type { Key, Keys } from '../keys.ts';
import type { Values } from '../values.ts';

/** What a measured map can do. What it cannot is left out, and not measured. */
export interface BenchMap {
  /** Runs what fills the map; afterwards all of it is there to be read. */
  fill(body: () => void): void;
  clear(): void;
  set(key: Key, value: unknown): void;
  get(key: Key): unknown;
  delete?(key: Key): void;
  /** Puts what `change` makes of the key's value in its place, as one step. */
  update?(key: Key, change: (value: unknown) => unknown): void;
  /** Has what was written be found by those who read. Left out: it is found at once. */
  publish?(): void;
  getMany?(keys: Key[]): readonly unknown[];
  writeBatch?(keys: Key[], values: ArrayLike<unknown>, from: number, to: number): void;
  /** Walks up to `limit` entries from `first` on, in order, and adds each to the checksum. */
  entries?(first: Key | undefined, limit: number, sum: number): number;
  /** As `entries`, by a function that is called for each. */
  scan?(first: Key, limit: number, sum: number): number;
  /** Walks all entries in whichever order, and adds each to the checksum, which knows none. */
  each?(sum: number): number;
  /** Walks all values in the order of their keys, and adds them to the checksum. */
  values?(sum: number): number;
  /** Bytes that the entries take, all included. */
  bytes?(): number;
  /** The program's promise that it needs the map no more. */
  close(): Promise<void> | void;
}

/** Opens an empty map that has room for so many entries. */
export type OpenMap = (entries: number, values: Values, keys: Keys) => BenchMap;
