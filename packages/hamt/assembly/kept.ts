// What removals take where there is no memory. A removal copies the way to an entry, so it needs
// blocks before those that it replaces are free. Each thread that writes has some for that, in a
// table of its own, which nothing else takes.
//
//   line ─► table   │ 640 │ owed 256 │ 640 │ owed 320 │ 640 │ ...
//                             │ ▲                │ ▲
//         the new leaf, in 640┘ └── the old one, └─┼── a node: the same
//                                   of 256, when it is free
//
// What it took comes back as what it replaced: never smaller than what it needed; and it takes the
// smallest that will do. So of places that all had the largest blocks at first some still have,
// whatever is removed, as long as there are more places than size classes (ADR 28).
//
// Word of the line, u64, 0 at first: note of the table (write/notes.ts) | READY: its places say
//   something | WHOLE: each of them has a block
// Place, u64, 0 at first: note of a block | OWED, class | while its write goes on SPENT, what is
//   replaced, class of what was taken << 32
// All are shared; the slot's thread alone writes them.
//
// K1  A block here is nowhere else, but for what a write that has not ended has noted as well.
// K2  A place is owed a block of the class that the write has retired which took the last one; if
//     that write was given up, or replaced what another line has made, of what it took.
//
// At the end of each run of the checker: K1. No site can check K2: a removal that says FULL does.
//
// keep, when a write begins and there is not WHOLE      a death after this step leaves
//   1. the table is taken, and noted; its places := 0;    giveBack
//      READY
//   2. a block is taken, and noted in its place           the same
// spend, by a removal that was told FULL
//   3. the write's note := that of the place              the same: it was noted last, and no
//                                                         place before has one of its class
//   4. the place := SPENT                                 intent.ts
// settle, when the write has retired what it took or what it replaced
//   5. the place := OWED, and the line not WHOLE          giveBack
// giveBack, by who leaves or repairs
//   6. each block into the limbo; its place := 0          judged by whether it heads the limbo
//   7. the table into the limbo; the line's word := 0     the same
//
// Names: root of the domain; home as in intent.ts; at where the line's word is; q class; place
// where one of the table is.

import { get32, get64, load64, put64, store64 } from '@x/shm-arena/assembly/ground/atomic';
import { CLOCK, ME } from '@x/shm-arena/assembly/ground/layout';
import { classOf, sizeOfClass } from '@x/shm-arena/assembly/memory/classes';
import { BLOCK_BIRTH, BLOCK_KIND, HEAD } from '@x/shm-arena/assembly/reclaim/home';
import { collectDue } from '@x/shm-arena/assembly/reclaim/limbo';
import { retireNew, takeNoted } from '@x/shm-arena/assembly/write/notes';
import { ARRAY, CAPACITY, leafBytes } from './layout';

const READY: u64 = 1 << 60;
const WHOLE: u64 = 1 << 61;
const NOTE: u64 = READY - 1;

/** More than classes that leaves and nodes have, and blocks of one on a way. */
export const KEPT: u32 = isDefined(GATED) ? 2 : 24;
const OWED: u64 = 1 << 63;
const SPENT: u64 = 3 << 62;

function placeAt(table: usize, i: u32): usize {
  return table + ((<usize>i) << 3);
}

function isBlock(word: u64): bool {
  return word != 0 && (word & OWED) == 0;
}

/** What is owed to every place at first: no leaf, node or array needs more, but for last leaves. */
function largest(): u32 {
  return classOf(max(ARRAY, leafBytes(CAPACITY)) + HEAD);
}

// ---- steps --------------------------------------------------------------------------------------

/** Of the present write: how many it has spent. */
let spent: u32 = 0;

/** Whether nothing is owed. */
export function isWhole(at: usize): bool {
  return (load64(at) & WHOLE) != 0;
}

/** Steps 1 and 2, as far as there is memory. */
export function keep(root: usize, home: usize, at: usize): void {
  if (isWhole(at)) return;
  let table = load64(at);
  if (table == 0) {
    if (takeNoted(root, home, at, KEPT << 3) == 0) return;
    table = load64(at);
    for (let i: u32 = 0; i < KEPT; i++) store64(placeAt(<u32>table, i), 0);
    table |= READY;
    store64(at, table);
  }
  let owed: u32 = 0;
  let none: u32 = ~0;
  for (let i: u32 = 0; i < KEPT; i++) {
    const place = placeAt(<u32>table, i);
    const word = load64(place);
    if (isBlock(word)) continue;
    const q = word == 0 ? largest() : <u32>word & 0xff;
    if (q != none && takeNoted(root, home, place, sizeOfClass(q) - HEAD) != 0) continue;
    if (load64(place) != word) store64(place, word);
    none = q;
    owed++;
  }
  if (owed == 0) store64(at, table | WHOLE);
}

/**
 * Steps 3 and 4: the smallest block of so many bytes, noted at `note`, that comes in the place of
 * another one; 0: there is none.
 */
export function spend(at: usize, note: usize, bytes: u32, instead: usize): usize {
  const table = load64(at);
  if ((table & READY) == 0 || MUTANT == 538) return 0;
  const least = classOf(bytes + HEAD);
  let best: usize = 0;
  let taken: u32 = ~0;
  for (let i: u32 = 0; i < KEPT; i++) {
    const word = load64(placeAt(<u32>table, i));
    const q = <u32>(word >> 32);
    if (!isBlock(word) || q < least || q >= taken) continue;
    best = placeAt(<u32>table, i);
    taken = q;
  }
  if (best == 0) return 0;
  const word = load64(best);
  const x: usize = <u32>word;
  put64(x - HEAD + BLOCK_BIRTH, load64(CLOCK)); // This thread's alone.
  store64(note, word);
  store64(best, SPENT | ((<u64>taken) << 32) | instead);
  spent++;
  return x;
}

/** Step 5. `done`: what was there is out of the map, in a limbo if it was born after `since`. */
export function settle(at: usize, done: bool, since: u64): void {
  if (spent == 0) return;
  spent = 0;
  const table = load64(at);
  for (let i: u32 = 0; i < KEPT; i++) {
    const place = placeAt(<u32>table, i);
    const word = load64(place);
    if ((word & SPENT) != SPENT) continue;
    const was: usize = <u32>word - HEAD;
    const taken = <u32>(word >> 32) & 0xff;
    // A birth is frozen; what is the line's own this thread has retired.
    const comes = done && get64(was + BLOCK_BIRTH) > since;
    store64(place, OWED | (comes ? get32(was + BLOCK_KIND) & 0xff : taken));
  }
  store64(at, table & ~WHOLE);
}

/** Steps 6 and 7. `own`: this thread leaves; else home and word are those of somebody dead. */
export function giveBack(root: usize, home: usize, at: usize, own: bool): void {
  const table = load64(at);
  if (table == 0) return;
  for (let i: u32 = 0; i < KEPT && (table & READY) != 0; i++) {
    drop(root, home, placeAt(<u32>table, i), own);
  }
  drop(root, home, at, own);
}

function drop(root: usize, home: usize, at: usize, own: bool): void {
  const word = load64(at);
  if (isBlock(word)) retireNew(root, home, ME, word & NOTE, true, MUTANT != 539);
  if (word != 0) store64(at, 0);
  if (own) collectDue(root, home, true);
}
