// A lock that outlives its owner, guarding two words that are equal whenever it is free. For the
// checker's own tests of deaths: the robust lock of POSIX with slots for owners.
//
//   lock @64: 0 free, s + 1 held by slot s · x @128, y @136 · state of slot s @256 + 8·s: 0 alive,
// 1 dead
//   note @192 {value, valid}: used by bug 3 only
//
// A critical section stores y, then x; one that died between is finished by whoever inherits: x :=
// y.
//
// Seeded bugs: 1 the heir does not repair; 2 nobody inherits; 3 a note for the heir, {value,
// valid}, is stored plainly (a death may lose the value and keep the mark that it is valid); 4
// unlock stores before the last word; 5 waits for ever;
// 6 recovery stores 0 into the lock without looking who has it; 7 repair adds instead of copying.

import {
  cas32,
  get32,
  load32,
  pause,
  put32,
  store32,
} from '../../../../../../packages/shm-arena/assembly/ground/atomic';

const LOCK: usize = 64;
const X: usize = 128;
const Y: usize = 136;
const NOTE: usize = 192;
const STATES: usize = 256;

const LOCKED: i32 = 0;
const INHERITED: i32 = 1;
const CONTENDED: i32 = 2;

/** The host's word that slot `s` is dead. */
export function bury(s: u32): void {
  store32(STATES + 8 * <usize>s, 1);
}

function lock(me: u32): i32 {
  for (let round: u32 = 0; round < 4 || MUTANT == 5; round++) {
    const w = load32(LOCK);
    if (w == 0) {
      if (cas32(LOCK, 0, me + 1)) return LOCKED;
    } else if (MUTANT != 2 && load32(STATES + 8 * <usize>(w - 1)) == 1) {
      if (cas32(LOCK, w, me + 1)) return INHERITED;
    } else {
      pause(round);
    }
  }
  return CONTENDED;
}

function repair(): void {
  if (MUTANT == 1) return;
  if (MUTANT == 3 && get32(NOTE + 4) == 1) {
    store32(Y, get32(NOTE)); // Owned: its writer is dead.
    put32(NOTE + 4, 0);
  }
  if (MUTANT == 7) {
    if (load32(X) != load32(Y)) store32(X, load32(X) + 1);
  } else {
    store32(X, load32(Y));
  }
}

/** Adds `by` to both words and returns the sum, or -1 when contended. */
export function bump(me: u32, by: u32): i32 {
  const got = lock(me);
  if (got == CONTENDED) return -1;
  if (got == INHERITED) repair();
  const next = load32(Y) + by;
  if (MUTANT == 3) {
    put32(NOTE, next);
    put32(NOTE + 4, 1);
    store32(Y, next);
    store32(X, next);
    put32(NOTE + 4, 0);
    put32(NOTE, 0);
    store32(LOCK, 0);
  } else if (MUTANT == 4) {
    store32(Y, next);
    store32(LOCK, 0);
    store32(X, next);
  } else {
    store32(Y, next);
    store32(X, next);
    store32(LOCK, 0);
  }
  return next;
}

/** Repairs what slot `dead` left, as slot `me`. */
export function recover(me: u32, dead: u32): void {
  if (MUTANT == 6) {
    repair();
    store32(LOCK, 0);
    return;
  }
  if (load32(LOCK) != dead + 1 || MUTANT == 2) return;
  if (cas32(LOCK, dead + 1, me + 1)) {
    repair();
    store32(LOCK, 0);
  }
}
