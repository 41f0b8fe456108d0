import { createRequire } from 'node:module';
import { KEYS, type Keys } from '../keys.ts';
import { addAnywhere, VALUES, type Values } from '../values.ts';
import type { BenchMap } from './map.ts';

/** Already held: what the lock of all writers is for. */
const HELD = { lockWrite: true };
/** What it is full to: its sets are slow beyond. */
const FULL = 0.75;
/** A key or a value needs a place more than it has characters, for the zero behind it. */
const END = 1;
/** Of a whole number of 32 bits. */
const MOST_DIGITS = 11;

/** The map of `sharedmap`: strings of fixed sizes in a hash table of a fixed size. */
export interface SharedMap {
  readonly storage: SharedArrayBuffer;
  set(key: string, value: number, held?: typeof HELD): void;
  get(key: string, held?: typeof HELD): string | undefined;
  delete(key: string): void;
  clear(): void;
  reduce<T>(add: (sum: T, value: string, key: string) => T, first: T): T;
  lockWrite(): void;
  unlockWrite(): void;
}

/** Its own declarations name other exports than it has, and do not compile. */
const SharedMap = createRequire(import.meta.url)('sharedmap') as {
  new (maxSize: number, keySize: number, valueSize: number): SharedMap;
  readonly prototype: SharedMap;
};

export function newSharedMap(entries: number, keys: Keys = KEYS.user): SharedMap {
  return new SharedMap(Math.ceil(entries / FULL), keys.bytes + END, MOST_DIGITS + END);
}

/** Makes a map of what has come by message. */
export function restored(told: SharedMap): SharedMap {
  return Object.setPrototypeOf(told, SharedMap.prototype);
}

const numberOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);

/** Whole numbers in it: they become strings, and are made numbers again. */
export function overSharedMap(
  map: SharedMap,
  values: Values = VALUES.f64,
  keys: Keys = KEYS.user,
): BenchMap {
  return {
    fill: (body) => body(),
    clear: () => map.clear(),
    set: (key, value) => map.set(key as string, value as number),
    get: (key) => numberOf(map.get(key as string)),
    delete: (key) => map.delete(key as string),
    update(key, change) {
      map.lockWrite();
      const value = change(numberOf(map.get(key as string, HELD)));
      map.set(key as string, value as number, HELD);
      map.unlockWrite();
    },
    each: (sum) =>
      map.reduce((all, text, key) => addAnywhere(all, key, Number(text), values, keys), sum),
    bytes: () => map.storage.byteLength,
    close: () => {},
  };
}

export function openSharedMap(entries: number, values: Values, keys: Keys): BenchMap {
  return overSharedMap(newSharedMap(entries, keys), values, keys);
}
