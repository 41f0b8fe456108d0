// `getMany`: as many keys as scratch has room for go into one call of a kernel, which searches them
// in lockstep, and their values come back as records of 8 bytes and the value, padded to 8.
//
//   0 u32 whether there is one   4 u32 value length   8 the value's bytes

import { BYTES_DONE, COUNT_DONE } from '../../build/numbers/map/result.ts';
import { isFull, iterableOf } from '../ground/errors.ts';
import type { AnyCore } from './core.ts';
import { giveRecords, takeRecords } from './records.ts';

/** The kernel's `getMany`, with offsets as i32. A status. */
type GetMany = (count: number, at: number, out: number, outBytes: number) => number;

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
  const values: (V | undefined)[] = [];
  do {
    const done = readChunk(core, all, values, call);
    if (done === 0 && all.length > 0) values.push(one(all[values.length] as K));
  } while (values.length < all.length);
  return values;
}

/**
 * Reads the values of as many keys as scratch has room for, behind those already read.
 *
 * @returns how many: 0 when not even the first one has room
 */
function readChunk<K, V>(
  core: AnyCore,
  keys: K[],
  values: (V | undefined)[],
  call: GetMany,
): number {
  const { crossing, valuePort } = core;
  const from = values.length;
  core.ask('getMany', () => packed(core, keys, from, call));
  const done = core.result(COUNT_DONE);
  const records = takeRecords();
  records.load(crossing.view, crossing.out, core.result(BYTES_DONE));
  const { bytes, words } = records;
  let at = 0;
  for (let i = 0; i < done; i++) {
    const length = words[(at >> 2) + 1] as number;
    if (words[at >> 2] === 0) values.push(undefined);
    else values.push(valuePort.read(bytes, at + 8, length) as V);
    at += 8 + ((length + 7) & -8);
  }
  giveRecords(records);
  return done;
}

function packed<K>(core: AnyCore, keys: K[], from: number, call: GetMany): number {
  const { crossing, keyPort } = core;
  crossing.begin();
  const first = crossing.take(0);
  const full = crossing.view.length >> 1;
  let next = from;
  try {
    for (; next < keys.length && crossing.cursor < full; next++) {
      const head = keyPort.append(keys[next] as K, 8);
      crossing.words[head >> 2] = keyPort.length;
    }
  } catch (error) {
    // Scratch as it is takes those before this key.
    if (next === from || !isFull(error)) throw error;
  }
  return call(next - from, (crossing.at + first) | 0, crossing.outAt, crossing.outBytes & -8);
}
