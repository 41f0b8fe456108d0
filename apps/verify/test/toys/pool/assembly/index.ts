// A pool of blocks with their owners, and one root for each slot that holds at most one block: for
// the checker's tests of marks, leaks, refused allocations and deaths.
//
//   owner of block n @64 + 4·n: 0 free, s + 1 of slot s · root of slot s @256 + 4·s · block n @512
// + 64·n
//
// put(v): take a block, fill it, root := block (it happens here), free the block before. A block
// that is owned by a dead slot and not its root was taken and not published, or replaced and not
// freed: free it.
//
// Seeded bugs: 1 a block is taken without looking who else did; 2 the old block is not freed; 3 the
// old block is freed before the root has changed; 4 a refused second block leaks the first; 5
// recovery frees nothing; 6 the root is stored before the block is filled; 7 recovery frees the
// root too.

import {
  cas32,
  get32,
  load32,
  markFree,
  markLive,
  put32,
  refused,
  store32,
} from '../../../../../../packages/shm-arena/assembly/ground/atomic';

const OWNERS: usize = 64;
const ROOTS: usize = 256;
const BLOCKS: usize = 512;
const COUNT: u32 = 4;

function ownerOf(at: u32): usize {
  return OWNERS + 4 * ((at - <u32>BLOCKS) / 64);
}

function root(s: u32): usize {
  return ROOTS + 4 * <usize>s;
}

/** A block of slot `me`; 0 when there is none. */
function alloc(me: u32): u32 {
  if (refused()) return 0;
  for (let n: u32 = 0; n < COUNT; n++) {
    const at: u32 = <u32>BLOCKS + 64 * n;
    if (load32(ownerOf(at)) != 0) continue;
    if (MUTANT == 1) store32(ownerOf(at), me + 1);
    else if (!cas32(ownerOf(at), 0, me + 1)) continue;
    markLive(at, 64);
    return at;
  }
  return 0;
}

function free(at: u32): void {
  markFree(at, 64);
  store32(ownerOf(at), 0);
}

/** Puts a new block with `v` into the root of `me`. False: no memory, nothing changed. */
export function put(me: u32, v: u32): bool {
  const at = alloc(me);
  if (at == 0) return false;
  if (MUTANT != 6) put32(at, v); // Private until the root is stored.
  const old = load32(root(me));
  if (MUTANT == 3 && old != 0) free(old);
  store32(root(me), at);
  if (MUTANT == 6) put32(at, v);
  if (MUTANT != 2 && MUTANT != 3 && old != 0) free(old);
  return true;
}

/** Takes two blocks at once and gives both back; false when there are not two. */
export function two(me: u32): bool {
  const a = alloc(me);
  if (a == 0) return false;
  const b = alloc(me);
  if (b != 0) free(b);
  if (b != 0 || MUTANT != 4) free(a);
  return b != 0;
}

/** The value in the root of slot `s`, whose thread stands still. */
export function get(s: u32): u32 {
  const at = load32(root(s));
  return at == 0 ? 0 : get32(at);
}

/** Tells the checker what is free. */
export function create(): void {
  markFree(BLOCKS, 64 * COUNT);
}

/** Frees what slot `dead` had taken and not published, or replaced and not freed. */
export function recover(dead: u32): void {
  if (MUTANT == 5) return;
  for (let n: u32 = 0; n < COUNT; n++) {
    const at: u32 = <u32>BLOCKS + 64 * n;
    if (load32(ownerOf(at)) == dead + 1 && (MUTANT == 7 || load32(root(dead)) != at)) free(at);
  }
}
