// Kinds of writes of one key, in maps whose kernel has one call for all of them: each is one step.

import { ABSENT, DIFFERS } from './codes';

export const SET: u32 = 0;
/** Only if there is none. */
export const INSERT: u32 = 1;
export const REMOVE: u32 = 2;
/** Only if there is one. */
export const REPLACE: u32 = 3;
/** Only if the value has the expected bytes. */
export const COMPARE: u32 = 4;
export const COMPARE_REMOVE: u32 = 5;
/** As SET and REMOVE, and what was there is in the result. */
export const SWAP: u32 = 6;
export const TAKE: u32 = 7;
/** As INSERT, and what is there is in the result. */
export const GET_OR_INSERT: u32 = 8;

export function removes(kind: u32): bool {
  return kind == REMOVE || kind == COMPARE_REMOVE || kind == TAKE;
}

export function compares(kind: u32): bool {
  return kind == COMPARE || kind == COMPARE_REMOVE;
}

/** Whether a write wants that the key is there. */
export function needsOne(kind: u32): bool {
  return kind == REPLACE || compares(kind) || removes(kind);
}

/** What a write says that needs one, where there is none. */
export function none(kind: u32): i32 {
  return compares(kind) ? DIFFERS : ABSENT;
}
