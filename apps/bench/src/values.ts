// What the maps of a benchmark hold: a line for each kind of value.

import type { AnyCodec } from '@x/shm-arena';
import { f64, json, utf8 } from '@x/shm-arena/codec';
import type { Key, Keys } from './keys.ts';
import { mix, textsOf } from './random.ts';

/** Values of one kind: how they are kept, made and seen by a checksum. */
export interface Values {
  readonly codec: AnyCodec;
  /** What lmdb calls an encoding of the same values. */
  readonly lmdb: 'json' | 'msgpack' | 'string';
  /** What one takes, encoded. */
  readonly bytes: number;
  /** The value of each number. */
  make(order: Uint32Array): ArrayLike<unknown>;
  /** What is to be added to a checksum; it has looked at what was decoded. */
  sum(value: unknown): number;
}

/** All kinds, by the names that suites use. */
export const VALUES = {
  f64: { codec: f64, lmdb: 'msgpack', bytes: 8, make: (order) => order, sum: (n: number) => n },
  'json 20': objects(20),
  'json 200': objects(200),
  'utf8 20': texts(20),
  'utf8 200': texts(200),
} satisfies Record<string, Values>;

export type ValueName = keyof typeof VALUES;

/** The next state of a checksum, after what `get` has found. */
export function addValue(sum: number, value: unknown, values: Values): number {
  return mix(sum, value === undefined ? -1 : values.sum(value));
}

/** The next state of a checksum, after an entry. */
export function addEntry(
  sum: number,
  key: Key,
  value: unknown,
  values: Values,
  keys: Keys,
): number {
  return mix(sum, values.sum(value) + keys.sum(key));
}

/** As `addEntry`, where entries come in no order that others have. */
export function addAnywhere(
  sum: number,
  key: Key,
  value: unknown,
  values: Values,
  keys: Keys,
): number {
  return (sum + Math.imul(values.sum(value), 31) + keys.sum(key)) | 0;
}

function texts(bytes: number): Values {
  return {
    codec: utf8,
    lmdb: 'string',
    bytes,
    make: (order) => textsOf(order, 'value:', bytes),
    sum(text: string) {
      let sum = text.length;
      for (let at = text.length - 4; at < text.length; at++) sum = mix(sum, text.charCodeAt(at));
      return sum;
    },
  };
}

interface Named {
  readonly n: number;
  readonly s: string;
}

/** `{"n":12,"s":"xxxxx"}`, as a parser gives it. Numbers of up to 7 digits fill 20 bytes. */
function objects(bytes: number): Values {
  return {
    codec: json,
    lmdb: 'json',
    bytes,
    make: (order) =>
      Array.from(order, (n): Named => {
        const room = bytes - JSON.stringify({ n, s: '' }).length;
        return JSON.parse(JSON.stringify({ n, s: 'x'.repeat(Math.max(0, room)) }));
      }),
    sum: ({ n, s }: Named) => n + s.length,
  };
}
