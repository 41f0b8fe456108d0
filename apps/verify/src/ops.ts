// The gate's operations, as packages/shm-arena/assembly/ground/atomic.ts numbers them.

export const LOAD = 0;
export const STORE = 1;
export const ADD = 2;
export const CAS = 6;
export const PAUSE = 7;
export const PLAIN_LOAD = 8;
export const PLAIN_STORE = 9;
export const TOUCH = 10;

export const MARK_FREE = 0;
export const MARK_LIVE = 1;
export const MARK_USED = 2;
export const MARK_ROOM = 3;

export const OP_NAMES = [
  'load',
  'store',
  'add',
  'and',
  'or',
  'swap',
  'cas',
  'pause',
  'read',
  'write',
  'touch',
];
