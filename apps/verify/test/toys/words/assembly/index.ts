// Words that threads share in the plainest ways: a counter, a record published by a pointer, and a
// pair of words under a sequence lock. For the checker's own tests.
//
//   counter @64 · pointer @128 → record @256 + 16·n {a, b} · seq @192, pair @200 {lo, hi}
//
// Seeded bugs: 1 add by load and store; 2 add by plain accesses; 3 the pointer is stored before the
// record is filled; 4 the pointer is stored plainly; 5 the reader does not re-check the sequence;
// 6 the reader reads the pair with one 64-bit load; 7 the writer makes the sequence even too early.

import {
  add32,
  cas32,
  get32,
  load32,
  load64,
  pause,
  put32,
  store32,
} from '../../../../../../packages/shm-arena/assembly/ground/atomic';

const COUNTER: usize = 64;
const POINTER: usize = 128;
const SEQ: usize = 192;
const PAIR: usize = 200;

/** Adds one; what was there before. */
export function increment(): u32 {
  if (MUTANT == 1) {
    const was = load32(COUNTER);
    store32(COUNTER, was + 1);
    return was;
  }
  if (MUTANT == 2) {
    const was = get32(COUNTER);
    put32(COUNTER, was + 1);
    return was;
  }
  return add32(COUNTER, 1);
}

/** Fills record `n` and publishes it. */
export function publish(n: u32, a: u32): void {
  const at: usize = 256 + 16 * <usize>n;
  if (MUTANT == 3) store32(POINTER, <u32>at);
  put32(at, a); // Private: published below.
  put32(at + 4, a + 1);
  if (MUTANT == 4) put32(POINTER, <u32>at);
  else store32(POINTER, <u32>at);
}

/** The sum of the published record's words, 0 when there is none. */
export function read(): u32 {
  const at = load32(POINTER);
  return at == 0 ? 0 : get32(at) + get32(at + 4); // Frozen once published.
}

/** Writes both words of the pair. */
export function writePair(v: u32): bool {
  for (let round: u32 = 0; round < 3; round++) {
    const seq = load32(SEQ);
    if ((seq & 1) == 0 && cas32(SEQ, seq, seq + 1)) {
      store32(PAIR, v);
      if (MUTANT == 7) store32(SEQ, seq + 2);
      store32(PAIR + 4, v);
      if (MUTANT != 7) store32(SEQ, seq + 2);
      return true;
    }
    pause(round);
  }
  return false;
}

/** lo · 256 + hi, or -1 when a writer was in the way three times. */
export function readPair(): i32 {
  for (let round: u32 = 0; round < 3; round++) {
    const seq = load32(SEQ);
    if ((seq & 1) == 0) {
      if (MUTANT == 6) {
        const both = load64(PAIR);
        if (load32(SEQ) == seq) return <i32>(((<u32>both) << 8) | <u32>(both >> 32));
      } else {
        const lo = load32(PAIR);
        const hi = load32(PAIR + 4);
        if (MUTANT == 5 || load32(SEQ) == seq) return <i32>((lo << 8) | hi);
      }
    }
    pause(round);
  }
  return -1;
}
