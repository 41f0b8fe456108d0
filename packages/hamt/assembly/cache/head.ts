// The heads of cached values: what an entry is worth, and to whom it shows. An expired value, one
// of an older generation, a token of somebody dead stand where they are until a write, the hand or
// a purge comes by: who reads them sees that there is nothing.
//
// Names: as in layout.ts; state what an entry's value is worth.

import {
  get32,
  get64,
  load32,
  load64,
  put32,
  put64,
  store32,
} from '@x/shm-arena/assembly/ground/atomic';
import { ownerGone } from '@x/shm-arena/assembly/ground/owner';
import { entryValueBytes, keyLength, recordOf } from '../leaf';
import { valueAt } from '../record';
import {
  CACHE_GENERATION,
  CACHE_TIME,
  HAS_VALUE,
  HEAD_EXPIRY,
  HEAD_FILL,
  HEAD_GENERATION,
  HEAD_OWNER,
  HEAD_VISITED,
  HEAD_WAITERS,
  HEAD_WHAT,
  headBytes,
  IS_TOKEN,
} from './layout';

/** There is no value; it was invalidated with all others; it has expired; it is to be had. */
export const NONE: u32 = 0;
export const VOID: u32 = 1;
export const EXPIRED: u32 = 2;
export const FRESH: u32 = 3;

/** Bytes that an entry counts for beside its key and its value: what it takes of blocks. */
const EACH: u32 = 96;

export function headOf(entry: usize): usize {
  return valueAt(recordOf(entry));
}

function whatOf(head: usize): u32 {
  return get32(head + HEAD_WHAT);
}

export function hasValue(head: usize): bool {
  return (whatOf(head) & HAS_VALUE) != 0;
}

export function isToken(head: usize): bool {
  return (whatOf(head) & IS_TOKEN) != 0;
}

/** What the present call goes by. */
export let generation: u64 = 0;
export let time: u64 = 0;

/**
 * Takes what is now for what the call goes by. Before the entry is looked for: what is judged later
 * than it was found may be what stood there before, which has expired since.
 */
export function glance(cache: usize): void {
  generation = load64(cache + CACHE_GENERATION);
  time = load64(cache + CACHE_TIME);
}

function isVoid(head: usize): bool {
  return MUTANT != 553 && get64(head + HEAD_GENERATION) != generation;
}

export function stateOf(head: usize): u32 {
  if (!hasValue(head)) return NONE;
  if (isVoid(head)) return VOID;
  const expiry = get64(head + HEAD_EXPIRY);
  return expiry != 0 && time >= expiry ? EXPIRED : FRESH;
}

/** Milliseconds until it expires; 0: never, or it has. */
export function leftOf(head: usize): u64 {
  const expiry = get64(head + HEAD_EXPIRY);
  return expiry > time ? expiry - time : 0;
}

/** Whether somebody who lives loads its value, which nobody has invalidated. */
export function isFilling(head: usize): bool {
  if (!isToken(head) || isVoid(head)) return false;
  return MUTANT == 554 || !ownerGone(get64(head + HEAD_OWNER));
}

/** Whether it is the token of that fill. */
export function isFill(head: usize, owner: u64, fill: u32): bool {
  if (!isToken(head)) return false;
  return get64(head + HEAD_OWNER) == owner && (get32(head + HEAD_FILL) == fill || MUTANT == 555);
}

/** Bytes of an entry's value, without its head. */
export function plainBytes(entry: usize, what: u32): u32 {
  return entryValueBytes(entry, what) - headBytes(whatOf(headOf(entry)));
}

export function plainAt(head: usize): usize {
  return head + headBytes(whatOf(head));
}

/** What an entry counts for. */
export function weigh(key: u32, value: u32): i64 {
  return <i64>key + value + EACH;
}

export function weightOf(entry: usize, what: u32): i64 {
  if (!hasValue(headOf(entry))) return 0;
  return weigh(keyLength(entry, what), plainBytes(entry, what));
}

export const HIDDEN: u32 = ~0;

/** Of an entry of a cache the bytes of its head; HIDDEN: it has no value to be had. */
export function shownHead(entry: usize): u32 {
  const head = headOf(entry);
  return stateOf(head) == FRESH ? headBytes(whatOf(head)) : HIDDEN;
}

// ---- visits -------------------------------------------------------------------------------------

/** It was read. Stores at most once between two visits of the hand. */
export function visit(head: usize): void {
  if (load32(head + HEAD_VISITED) == 0) store32(head + HEAD_VISITED, 1);
}

/** The hand has come by; whether it was read since the last time. */
export function leaveCold(head: usize): bool {
  if (load32(head + HEAD_VISITED) == 0) return false;
  store32(head + HEAD_VISITED, 0);
  return true;
}

// ---- making -------------------------------------------------------------------------------------

/** Writes the head of a value that is private yet. `owner`, `fill`: of a token. */
export function putHead(
  head: usize,
  what: u32,
  generation: u64,
  expiry: u64,
  owner: u64,
  fill: u32,
): void {
  store32(head + HEAD_VISITED, 0); // Shared from the publication on.
  put32(head + HEAD_WHAT, what);
  put64(head + HEAD_GENERATION, generation);
  put64(head + HEAD_EXPIRY, expiry);
  if ((what & IS_TOKEN) == 0) return;
  put64(head + HEAD_OWNER, owner);
  put32(head + HEAD_FILL, fill);
  store32(head + HEAD_WAITERS, 0);
}
