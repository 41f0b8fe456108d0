// A Treiber stack of numbered nodes, for the checker's own tests. The head is one 64-bit word: a
// tag in the upper half, the node in the lower; the tag counts every change, so that a node popped
// and pushed back in between (ABA) is told from one that never left. Nodes lie in a fixed table; a
// node's number is 1.., 0 is none. Popped nodes are free for the popper to push again.
//
//   head ─► node ─► node ─► 0        node: {next u32 shared, value u32 frozen}
//
// Seeded bugs: 1 the tag is not counted; 2 push links with a plain store; 3 pop ignores a lost
// race.

import {
  cas64,
  get32,
  load32,
  load64,
  put32,
  store32,
  store64,
} from '../../../../../../packages/shm-arena/assembly/ground/atomic';

const HEAD: usize = 64;
const NODES: usize = 128;

function node(n: u32): usize {
  return NODES + <usize>n * 8;
}

/** Makes the stack empty. */
export function create(): void {
  store64(HEAD, 0);
}

/** Pushes node `n`, which the caller owns, with `value`. */
export function push(n: u32, value: u32): void {
  const at = node(n);
  put32(at + 4, value); // Private: the node is ours until the CAS.
  for (;;) {
    const head = load64(HEAD);
    if (MUTANT == 2) put32(at, <u32>head);
    else store32(at, <u32>head);
    if (cas64(HEAD, head, next(head, n))) return;
  }
}

/** Pops a node and returns its number, 0 when the stack is empty. */
export function pop(): u32 {
  let n: u32;
  do {
    const head = load64(HEAD);
    n = <u32>head;
    if (n == 0) break;
    const after = load32(node(n));
    if (cas64(HEAD, head, next(head, after))) break;
  } while (MUTANT != 3);
  return n;
}

/** The value of node `n`, which the caller owns. */
export function value(n: u32): u32 {
  return get32(node(n) + 4);
}

function next(head: u64, n: u32): u64 {
  if (MUTANT == 1) return n;
  return (((head >> 32) + 1) << 32) | n;
}
