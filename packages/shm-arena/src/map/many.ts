// `getMany`: as many keys as scratch has room for go into one call of a kernel, which searches them
// in lockstep, and their values come back as a portion without keys.

import { PORTION_LONG_BYTES } from '../../build/numbers/map/portion.ts';
import { COUNT_DONE } from '../../build/numbers/map/result.ts';
import { isFull, iterableOf } from '../ground/errors.ts';
import { RESULT_BYTES } from '../values/crossing.ts';
import type { AnyCore } from './core.ts';
import { givePortion, type Portion, takePortion } from './portion.ts';

/** The kernel's `getMany`, with offsets as i32. A status. */
type GetMany = (count: number, at: number, out: number, outBytes: number) => number;

/** Bytes of a value in the columns of a portion, and what it is thought to take at first. */
const COLUMNS = 16;
const USUAL = 2 * COLUMNS;

/**
 * The values of `keys`, in their order. `call` also checks that what is read is open; `one` reads
 * what scratch has no room for.
 */
export function getMany<K, V>(
  core: AnyCore,
  keys: Iterable<K>,
  call: GetMany,
  one: (key: K) => V | undefined,
): (V | undefined)[] {
  // A copy: encoding one may run user code that changes them.
  const all = [...iterableOf('keys', keys)];
  let values: (V | undefined)[] = [];
  let each = USUAL;
  do {
    const portion = takePortion();
    each = readChunk(core, all, values.length, each, portion, call);
    const chunk = core.valuePort.readAll(portion) as (V | undefined)[];
    givePortion(portion);
    if (values.length === 0) values = chunk;
    else for (const value of chunk) values.push(value);
    if (chunk.length === 0 && all.length > 0) values.push(one(all[values.length] as K));
  } while (values.length < all.length);
  return values;
}

/**
 * Reads the values of as many keys, from number `from` on, as scratch has room for, where a value
 * takes about `each` bytes: none when not even the first one has room.
 *
 * @returns what they took on average; where none had room, more than was thought
 */
function readChunk<K>(
  core: AnyCore,
  keys: K[],
  from: number,
  each: number,
  portion: Portion,
  call: GetMany,
): number {
  let asked = 0;
  core.ask('getMany', () => {
    asked = pack(core, keys, from, each);
    const { crossing } = core;
    return call(asked, (crossing.at + RESULT_BYTES) | 0, crossing.outAt, crossing.outBytes & -8);
  });
  const count = core.result(COUNT_DONE);
  portion.load(core, count, asked);
  return count === 0 ? 4 * each : COLUMNS + core.result(PORTION_LONG_BYTES) / count;
}

/** Packs keys, as many as there is room for beside their values; returns how many, one at least. */
function pack<K>(core: AnyCore, keys: K[], from: number, each: number): number {
  const { crossing, keyPort } = core;
  crossing.begin();
  const room = crossing.cursor + crossing.outBytes;
  let next = from;
  try {
    for (; next < keys.length; next++) {
      const behind = crossing.cursor;
      const head = keyPort.append(keys[next] as K, 8);
      crossing.words[head >> 2] = keyPort.length;
      if (next > from && crossing.cursor + (next + 1 - from) * each > room) {
        crossing.cursor = behind;
        break;
      }
    }
  } catch (error) {
    // Scratch as it is takes those before this key.
    if (next === from || !isFull(error)) throw error;
  }
  return next - from;
}
