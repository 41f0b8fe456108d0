// Clocks, stamps and descriptors: what decides whether a linked node is a version, and which one.
//
// A node is linked first and numbered afterwards, by whoever comes first: its writer, or anybody
// who meets it. A paused writer holds nobody up, and a snapshot is nothing but a number.
//
//   stamp   0 ──tick t──► t                 clock of the list   0 ──open──► n, n + 1, …
//           0 ──tick CLOSED──► DEAD                             n ──close──► CLOSED | …
//           batch d ──d committed t──► t
//                   ──d aborted──► DEAD     descriptor   floor f ──► floor g > f ──► committed t
//                                                                ──► aborted
//
// Stamp, u64, shared: 0 | number (bits 62, 63 clear) | bit 63 + offset of a descriptor | all ones,
//   DEAD
// Clock, u64, shared: 0 | last number | bit 63 CLOSED (the rest then counts on, and means nothing)
// Descriptor, 24 bytes, 8-aligned, in the list's region
//   0 u64 word, shared: bits 62-63: 0 building, the rest is the floor | 1 committed, the rest is
//     the number | 2 aborted   8 u32 slot of the writer, frozen   12 u32 versions after it, 16 i32
//     live keys after it: owned, written before the word says committed, frozen from then on
//
// S1  A number is taken (tick) only after its node, or all of its batch, are linked at level 0.
// S2  What is neither 0 nor batch stays; what is committed or aborted stays.
// S3  A clock is closed once, after it was opened, and no number is taken from a closed clock.
// S4  A committed number is greater than every floor that was set before.
// S5  When a descriptor commits, the root still names the record that its writer looked at: what a
//     frozen list said of a key is not gone with that list.
//
// Checked at their sites: S1 of single nodes, S2, S3, S4. After every step of the checker: S2. S5
// by the order of calls: a list that was taken out is not seen again.
//
// Numbers of one key descend along its versions (I4): a writer decides the front version V before
// it links in front of it (`decide`); V's number was taken, so the new node's, taken later, is
// greater.
//
// Why a snapshot S (a value that the clock showed) is consistent. Let node x get number t <= S: t
// was taken before the clock showed S, hence x was linked before (S1), hence every reader of S
// meets x on level 0 (I2). It never sees "undecided": a 0 is decided on the spot, and with a tick
// taken now, which is > S. So x is in the snapshot for all its readers or for none: the first to
// meet x either finds t, or decides otherwise for ever (S2). A batch: a reader that finds it
// building raises the floor to S at least and skips it; by S4 it can then only commit beyond S. A
// plain read does the same with the clock of now as S, so it never contradicts a snapshot of
// before. Nobody waits: the committer's CAS fails only when a reader raised the floor, and that
// reader went on.
//
// Why closing a clock freezes a list: a number from a closed clock carries CLOSED, and its taker
// makes the node DEAD instead. A writer that holds a number from before the close may still store
// it; it linearizes at its tick, before the close. Whoever looks for it meets it (linked before the
// tick) and decides it, DEAD, first: then the writer's own CAS fails, and it writes again in the
// next list.
//
// decide1(x): a stamp of 0                                    a death after it leaves
//   1. marks over x are taken away (marks.ts)                   fewer marks
//   2. add 1 to the clock              linearizes if 3 wins     a number that nobody has
//   3. CAS stamp 0 → number, or DEAD if CLOSED                  a version
// commitBatch(d), all nodes linked, and no marks over them
//   1. read d: building, floor f                                a batch that anybody may abort
//   2. add 1 to the clock: t > f       linearizes if 4 wins     the same
//   3. the root is another: abort (S5)                          the same
//   4. CAS d → committed t; failed: from 1                      a committed batch; its nodes are
//   5. stamps := t, by anybody                                  stamped by whoever meets them
// Why S5 holds: a list may be taken out between 3 and 4, but who looks at the key after that and
// must not see d's node yet meets a clock of t at least, and raises the floor beyond f: 4 fails.
//
// Names: upto the number of a snapshot, or LATEST; w a stamp; d a descriptor's word.

import {
  add64,
  cas64,
  check,
  get32,
  load32,
  load64,
  pause,
  peek32,
  peek64,
  put32,
  put64,
  store64,
} from '@x/shm-arena/assembly/ground/atomic';
import { I, S } from '@x/shm-arena/assembly/ground/invariants';
import {
  D_ROOT,
  entryAt,
  kindOf,
  S_STATE,
  SLOT_ALIVE,
  slotAt,
} from '@x/shm-arena/assembly/ground/layout';
import { unmark } from './marks';
import { linkAt, LIST_CLOCK, LIST_ENTRY, LIST_HEAD, looksEqual, STAMP } from './node';
import { listOf } from './record';

export const LIST_CLOSED: u64 = 1 << 63;
export const DEAD: u64 = ~(<u64>0);
export const BATCH: u64 = 1 << 63;
/** In place of a snapshot's number: the newest state. */
export const LATEST: u64 = (1 << 62) - 1;

export const BUILDING: u32 = 0;
export const COMMITTED: u32 = 1;
const ABORTED: u32 = 2;
export const DESCRIPTOR_BYTES: u32 = 24;
const DESCRIPTOR_WORD: usize = 0;
const DESCRIPTOR_OWNER: usize = 8;
const DESCRIPTOR_VERSIONS: usize = 12;
const DESCRIPTOR_LIVE: usize = 16;

/** Rounds that a writer grants a living batch in its way before it aborts it. */
const PATIENCE: u32 = isDefined(GATED) ? 1 : 200;
/** Times that a committer tries again because a reader raised the floor. */
const COMMITS: u32 = isDefined(GATED) ? 3 : 1000;

/** Takes the next number; bit 63: the list is closed, and it is none. */
export function tick(list: usize): u64 {
  if (isDefined(GATED)) check(peek64(list + LIST_CLOCK) != 0, S + 3, list);
  return add64(list + LIST_CLOCK, 1) + 1;
}

/** Gives an unstamped linked node its number, or DEAD; returns what stands there in the end. */
export function stampNode(list: usize, node: usize): u64 {
  if (MUTANT != 290) unmark(list, node);
  const t = tick(list);
  if (MUTANT == 34) {
    if (cas64(node + STAMP, 0, t & ~LIST_CLOSED)) return t & ~LIST_CLOSED;
    return load64(node + STAMP);
  }
  const w = (t & LIST_CLOSED) != 0 ? DEAD : t;
  if (isDefined(GATED)) checkLinked(list, node);
  if (cas64(node + STAMP, 0, w)) {
    if (isDefined(GATED)) checkDescends(node, w);
    return w;
  }
  return load64(node + STAMP);
}

/** S1 */
function checkLinked(list: usize, node: usize): void {
  let n: usize = peek32(linkAt(list + LIST_HEAD, 0));
  while (n != 0 && n != node) n = peek32(linkAt(n, 0));
  check(n == node, S + 1, node);
}

/** I4 of node.ts: what stands behind a version of its key is decided, and has a lower number. */
function checkDescends(node: usize, number: u64): void {
  if (number == DEAD) return;
  let n: usize = peek32(linkAt(node, 0));
  for (; n != 0 && looksEqual(n, node); n = peek32(linkAt(n, 0))) {
    checkDecided(n);
    const stamp = peek64(n + STAMP);
    check(stamp == DEAD || stamp < number, I + 4, node);
  }
}

/** I4 of node.ts, of a node that another version stands in front of, or is put there. */
export function checkDecided(node: usize): void {
  const stamp = peek64(node + STAMP);
  check(stamp != 0 && ((stamp & BATCH) == 0 || stamp == DEAD), I + 4, node);
}

/** The number of a linked node if a reader of `upto` sees it, or 0. Decides what is undecided. */
export function seen(list: usize, node: usize, upto: u64): u64 {
  let w = load64(node + STAMP);
  if (w == 0) w = stampNode(list, node);
  if ((w & BATCH) != 0) w = w == DEAD ? 0 : seenBatch(list, node, <usize>(w ^ BATCH), upto);
  if (MUTANT == 37) return w < upto ? w : 0;
  return w <= upto ? w : 0;
}

/** A linked node's number, which it gets now if it can; 0: it has none, or may still get one. */
export function numberNow(list: usize, node: usize): u64 {
  let w = load64(node + STAMP);
  if (w == 0) w = stampNode(list, node);
  return (w & BATCH) != 0 ? 0 : w;
}

/** Whether a linked node is void: no version, and none for ever (S2). */
export function isVoid(node: usize): bool {
  return load64(node + STAMP) == DEAD;
}

/** The number of a batch's node if it is committed; 0: it is not, or not for a reader of `upto`. */
function seenBatch(list: usize, node: usize, batch: usize, upto: u64): u64 {
  while (true) {
    const d = load64(batch + DESCRIPTOR_WORD);
    if (<u32>(d >> 62) != BUILDING) {
      const w = stampDecided(node, d);
      return w == DEAD ? 0 : w;
    }
    const now = load64(list + LIST_CLOCK);
    if ((now & LIST_CLOSED) != 0) {
      // It cannot commit any more but by an old number.
      cas64(batch + DESCRIPTOR_WORD, d, (<u64>ABORTED) << 62);
    } else {
      const floor = upto == LATEST ? now : upto;
      if (d >= floor || MUTANT == 35) return 0;
      // S4: it commits beyond `floor`, if at all.
      if (cas64(batch + DESCRIPTOR_WORD, d, floor)) return 0;
    }
  }
}

/** Stores what the decided word `d` of its batch means for a node; returns it. */
function stampDecided(node: usize, d: u64): u64 {
  const w = <u32>(d >> 62) == COMMITTED ? d & LATEST : DEAD;
  if (isDefined(GATED)) {
    const stood = peek64(node + STAMP);
    check(stood == w || ((stood & BATCH) != 0 && stood != DEAD), S + 2, node);
  }
  if (load64(node + STAMP) != w) store64(node + STAMP, w); // The same value, whoever stores it.
  return w;
}

/**
 * The number of a linked node, or DEAD, for a writer of the same key: afterwards it is decided.
 * A batch of a living writer is given some time and then aborted, that of a dead one at once.
 */
export function decide(list: usize, node: usize): u64 {
  let w = load64(node + STAMP);
  if (w == 0) w = stampNode(list, node);
  if ((w & BATCH) == 0 || w == DEAD) return w;
  const batch = <usize>(w ^ BATCH);
  let round: u32 = 0;
  while (true) {
    const d = load64(batch + DESCRIPTOR_WORD);
    if (<u32>(d >> 62) != BUILDING) return stampDecided(node, d);
    if (round >= PATIENCE || (load64(list + LIST_CLOCK) & LIST_CLOSED) != 0 || !ownerLives(batch)) {
      cas64(batch + DESCRIPTOR_WORD, d, (<u64>ABORTED) << 62);
    } else {
      pause(round++);
    }
  }
}

/**
 * Of whoever has the slot now. If that is another life, the batch was decided before its repair
 * was over, so nothing hangs on the answer.
 */
function ownerLives(batch: usize): bool {
  return kindOf(load64(slotAt(get32(batch + DESCRIPTOR_OWNER)) + S_STATE)) == SLOT_ALIVE;
}

// ---- descriptors --------------------------------------------------------------------------------

/** Fills a private descriptor. */
export function openBatch(batch: usize, slot: u32): void {
  put64(batch + DESCRIPTOR_WORD, 0);
  put32(batch + DESCRIPTOR_OWNER, slot);
  put32(batch + DESCRIPTOR_VERSIONS, 0);
  put32(batch + DESCRIPTOR_LIVE, 0);
}

export function batchKind(batch: usize): u32 {
  return <u32>(load64(batch + DESCRIPTOR_WORD) >> 62);
}

/** The committed number. */
export function batchNumber(batch: usize): u64 {
  return load64(batch + DESCRIPTOR_WORD) & LATEST;
}

/** What the writer's counters must be once the batch is committed. Frozen by then. */
export function batchVersions(batch: usize): u32 {
  return get32(batch + DESCRIPTOR_VERSIONS);
}

export function batchLive(batch: usize): i32 {
  return <i32>get32(batch + DESCRIPTOR_LIVE);
}

/**
 * Commits in the active list of `record`; false: it is aborted for good, by somebody else, or
 * because the stack is another, or readers raised the floor in each of many rounds.
 */
export function commitBatch(record: usize, batch: usize, versions: u32, live: i32): bool {
  const list = listOf(record, 0);
  const root = entryAt(get32(list + LIST_ENTRY)) + D_ROOT;
  put32(batch + DESCRIPTOR_VERSIONS, versions); // Owned; the CAS below publishes them.
  put32(batch + DESCRIPTOR_LIVE, <u32>live);
  for (let round: u32 = 0; round < COMMITS; round++) {
    const d = load64(batch + DESCRIPTOR_WORD);
    if (<u32>(d >> 62) != BUILDING) return false;
    const t = tick(list);
    if ((t & LIST_CLOSED) != 0) break;
    if (isDefined(GATED)) check(t > d, S + 4, batch);
    if (MUTANT != 160 && load32(root) != <u32>record) break; // S5
    if (MUTANT == 36) {
      store64(batch + DESCRIPTOR_WORD, ((<u64>COMMITTED) << 62) | t);
      return true;
    }
    if (cas64(batch + DESCRIPTOR_WORD, d, ((<u64>COMMITTED) << 62) | t)) return true;
  }
  abort(batch);
  return false;
}

/** Aborts a batch that is not committed; afterwards it is decided. */
export function abort(batch: usize): void {
  while (true) {
    const d = load64(batch + DESCRIPTOR_WORD);
    if (<u32>(d >> 62) != BUILDING) return;
    if (cas64(batch + DESCRIPTOR_WORD, d, (<u64>ABORTED) << 62)) return;
  }
}

/** Stamps one node of a decided batch, so that readers need not look at the descriptor. */
export function stampAsBatch(node: usize, batch: usize): void {
  stampDecided(node, load64(batch + DESCRIPTOR_WORD));
}
