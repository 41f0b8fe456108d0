// As many entries as scratch has room for in one call of a kernel, which searches them in lockstep.
//
//   staged   | u32 key bytes, u32 value bytes | key, padded to 8 | value, padded to 8 | …
//
// `getMany`: keys alone; their values come back as a portion without keys. `putMany`: what each
// write has said comes back, u32. Whatever does not go well there is done again by a call of its
// own, which says why: a codec that throws or uses the map, too little room, a full arena.

import { PORTION_LONG_BYTES } from '../../build/numbers/map/portion.ts';
import { COUNT_DONE } from '../../build/numbers/map/result.ts';
import { amidst, isFull, iterableOf } from '../ground/errors.ts';
import { Status } from '../ground/kernel.ts';
import { type Crossing, RESULT_BYTES } from '../values/crossing.ts';
import type { AnyCore, MapCore, MapKernel } from './core.ts';
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
      putHead(crossing, keyPort.append(keys[next] as K, ENTRY_HEAD), keyPort.length, 0);
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

/** Packs an entry behind what is packed, with its head. It may run user code, and throw. */
export type Pack<T, K, V> = (core: MapCore<MapKernel, K, V>, entry: T, at: number) => void;

/** Bytes of an entry's head. */
export const ENTRY_HEAD = 8;

/** Fills the head at an index of scratch. */
export function putHead(
  crossing: Crossing,
  at: number,
  keyBytes: number,
  valueBytes: number,
): void {
  crossing.words[at >> 2] = keyBytes;
  crossing.words[(at >> 2) + 1] = valueBytes;
}

/** The kernel's `putMany`, with offsets as i32. A status. */
type PutMany = (count: number, at: number, out: number) => number;

/** Most entries of a call. */
const MOST = 1024;
/** Bytes that a kernel leaves for each. */
const SAID = 4;

/**
 * What the writes of `all` have said, in their order. An error says how many there are.
 *
 * @param call also checks that the map is open; undefined: its kernel has none
 * @param one writes a single entry
 */
export function putMany<T, K, V>(
  core: MapCore<MapKernel, K, V>,
  all: readonly T[],
  call: PutMany | undefined,
  pack: Pack<T, K, V>,
  one: (each: T, at: number) => number,
): number[] {
  const said: number[] = [];
  try {
    while (said.length < all.length) {
      const count = call === undefined ? 0 : packSome(core, all, said.length, pack);
      if (count > 1) {
        const { crossing } = core;
        const { out } = crossing;
        const status = call!(count, (crossing.at + RESULT_BYTES) | 0, crossing.outAt);
        const done = core.result(COUNT_DONE);
        for (let i = 0; i < done; i++) said.push(crossing.words[(out >> 2) + i] as number);
        if (status === Status.OK) continue;
      }
      said.push(one(all[said.length] as T, said.length));
    }
  } catch (error) {
    throw amidst(error, said.length);
  }
  return said;
}

/** Packs entries from number `from` on; how many. */
function packSome<T, K, V>(
  core: MapCore<MapKernel, K, V>,
  all: readonly T[],
  from: number,
  pack: Pack<T, K, V>,
): number {
  const { crossing } = core;
  crossing.begin();
  const { turn } = crossing;
  const room = crossing.cursor + crossing.outBytes - 8;
  const most = Math.min(all.length - from, MOST);
  let count = 0;
  try {
    for (; count < most; count++) {
      const behind = crossing.cursor;
      pack(core, all[from + count] as T, from + count);
      if (crossing.turn !== turn) return 0;
      if (crossing.cursor + (count + 1) * SAID > room) {
        crossing.cursor = behind;
        break;
      }
    }
  } catch {
    // Its own call says it.
  }
  return crossing.turn === turn ? count : 0;
}
