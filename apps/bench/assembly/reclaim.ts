// Loops around the reclaimers, so that what is measured is they and not calls from JavaScript.
// Schemes as in limbo.ts: 0 interval, 1 epoch, 2 hazard pointers, 3 hazard eras; 4 = no protection
// at all.
//
// The stack: a word with the top node; node { u32 next, u32 value }, frozen once pushed. The list:
// the same nodes, linked once, never changed.

import { announce, exchangeBlock, loadBlock, renounce } from '@x/reclaim-epoch/assembly/pin';
import {
  exchangeBlock as exchangeHazard,
  protectBlock,
  releaseHazard,
} from '@x/reclaim-hazard/assembly/hazard';
import { get32, load32, put32, store32 } from '@x/shm-arena/assembly/ground/atomic';
import { allocBlock } from '@x/shm-arena/assembly/reclaim/blocks';
import { EPOCH, POINTERS } from '@x/shm-arena/assembly/reclaim/home';
import { idle, pinInterval } from '@x/shm-arena/assembly/reclaim/lazy';
import { retireBlock } from '@x/shm-arena/assembly/reclaim/limbo';

export { idle };

/** A pin, as a structure's call does it. */
export function touch(): u32 {
  pinInterval();
  return 0;
}

/** The block in `cell`, as the scheme protects it. */
function look(cell: usize, home: usize, hazard: u32, scheme: u32): u32 {
  if (scheme == 4) return load32(cell);
  let at: u32;
  do at = scheme < POINTERS ? loadBlock(cell, scheme) : protectBlock(cell, home, hazard, scheme);
  while (at == ~0);
  return at;
}

function swap(cell: usize, from: u32, to: u32, home: usize, scheme: u32): bool {
  if (scheme < POINTERS) return exchangeBlock(cell, from, to, scheme) == from;
  return exchangeHazard(cell, from, to, home);
}

function begin(root: usize, home: usize, scheme: u32): void {
  pinInterval();
  if (scheme == EPOCH) announce(root, home);
}

function end(home: usize, scheme: u32): void {
  if (scheme == EPOCH) renounce(home);
  else if (scheme >= POINTERS) releaseHazard(home, 0);
}

/** Pushes and pops, `n` times. How many pairs went well. */
export function stackPairs(n: u32, root: u32, home: u32, cell: u32, scheme: u32): u32 {
  let done: u32 = 0;
  for (let i: u32 = 0; i < n; i++) {
    const node = allocBlock(root, home, 8);
    if (node == 0) return done;
    begin(root, home, scheme);
    let top: u32;
    do {
      top = look(cell, home, 0, scheme);
      put32(node, top); // Private until it is pushed.
    } while (!swap(cell, top, node, home, scheme));
    end(home, scheme);
    begin(root, home, scheme);
    do top = look(cell, home, 0, scheme);
    while (top != 0 && !swap(cell, top, get32(top), home, scheme));
    end(home, scheme);
    if (top == 0) continue;
    retireBlock(root, home, top, false);
    done++;
  }
  return done;
}

/** Allocates and retires, `n` times; nobody reads. */
export function retirePairs(n: u32, root: u32, home: u32): u32 {
  for (let i: u32 = 0; i < n; i++) {
    const at = allocBlock(root, home, 32);
    if (at == 0) return i;
    retireBlock(root, home, at, false);
  }
  return n;
}

/** Links the `n` blocks whose offsets stand at `order` into a list; the first one. */
export function link(order: u32, n: u32): u32 {
  for (let i: u32 = 0; i < n; i++) {
    const next = i + 1 < n ? get32(order + ((i + 1) << 2)) : 0;
    store32(get32(order + (i << 2)), next);
  }
  return get32(order);
}

/** A block for a list; its offset is put at `order`. */
export function node(root: u32, home: u32, order: u32, i: u32): u32 {
  const at = allocBlock(root, home, 32);
  put32(order + (i << 2), at);
  return at;
}

/** Walks a list of blocks to its end, protecting each; how many there are. */
export function walk(root: u32, home: u32, first: u32, scheme: u32): u32 {
  let count: u32 = 0;
  if (scheme != 4) begin(root, home, scheme);
  let at = first;
  while (at != 0) {
    count++;
    at = look(at, home, count & 1, scheme); // Two hazards: the node and its successor.
  }
  if (scheme != 4) end(home, scheme);
  return count;
}
