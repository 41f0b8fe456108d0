// Bulk loading: a tree that its thread builds under a head in its own line, where nobody else
// looks, and that becomes the map's by one store, if the map is empty. Ascending keys leave its
// leaves full (shape.ts X1).
//
//   line ── head ─► tree          map ── head ─► 0
//   line ── head ─► 0             map ── head ─► tree              one store, then the line's
//
// begin: 1. the line's head is busy                      a death after this step leaves
// put: as any write, under the line's head, uncounted    a tree that `drop` takes apart
// end
//   2. lock the map's head: its root is 0                  intent.ts: UNDO
//   3. store its root, counted        linearizes           intent.ts: recounted, and 4
//   4. the line's root := 0; unlock                        nothing
// drop, also of the dead by their repairer as their slot: the lowest thing goes, again and again
//   5. a slot, a leaf or an interior without anything      intent.ts
//
// Z1  While a map's head is locked by who published, its root is what was published: so whoever
//     repairs knows from the two roots whether 4 is left.
//
// By `audit`: the line's head is 0 at rest.
//
// Names: head the line's; word, box as in place.ts: what names a node, and where that stands.

import { load32, load64, store32, store64 } from '@x/shm-arena/assembly/ground/atomic';
import { CONTENDED, OK } from '@x/shm-arena/assembly/ground/layout';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { leave, look } from '@x/shm-arena/assembly/map/call';
import { AGAIN, EXISTS } from '@x/shm-arena/assembly/map/codes';
import { INSERT } from '@x/shm-arena/assembly/map/kinds';
import { reachOn } from '@x/shm-arena/assembly/map/reach';
import { take as takeKey } from './hand';
import * as intents from './intent';
import { begin, BULK_COUNT, bulkAt, finish, giveUp, out, publishLive, publishWord } from './intent';
import { childCount } from './interior';
import { isLayer, withoutSlot, whatIs } from './leaf';
import {
  blockOf,
  childAt,
  GENERATION,
  H_ROOT,
  KINDS,
  lineAt,
  lineOf,
  liveAt,
  MAP_HEAD,
  mapOf,
  RECORD,
  S_VALUE,
  sizeOf,
  SLOTS,
  slotAt,
} from './layout';
import { settled } from './open';
import { dropRecord } from './record';
import { tidy } from './tidy';
import { run } from './write';

/** Rounds before CONTENDED. */
const ROUNDS: u32 = isDefined(GATED) ? 6 : 64;

/** This thread's head, under a pin; 0: see `status`, and nothing is held. */
function enter(entry: u32, generation: u32): usize {
  const domain = look(entry, generation, 0);
  if (domain == 0) return 0;
  if (intents.ready(domain)) return domain;
  leave(OK);
  return 0;
}

/** See index.ts. */
export function bulkBegin(entry: u32, generation: u32): i32 {
  const domain = enter(entry, generation);
  if (domain == 0) return whyNot();
  const head = bulkAt(lineOf(mapOf(domain)));
  if (load64(head + GENERATION) != 0) return leave(EXISTS);
  store64(head + GENERATION, 1);
  store64(head + BULK_COUNT, 0);
  return leave(OK);
}

/** See index.ts. */
export function bulkPut(
  entry: u32,
  generation: u32,
  len: u32,
  k0: u32,
  k1: u32,
  k2: u32,
  k3: u32,
  value: u32,
  bytes: u32,
): i32 {
  const domain = enter(entry, generation);
  if (domain == 0) return whyNot();
  const head = bulkAt(lineOf(mapOf(domain)));
  takeKey(len, k0, k1, k2, k3);
  const status = run(domain, head, INSERT, value, bytes, 0, 0, false);
  if (status == OK) store64(head + BULK_COUNT, load64(head + BULK_COUNT) + 1);
  return leave(status);
}

/** See index.ts. */
export function bulkEnd(entry: u32, generation: u32): i32 {
  const domain = enter(entry, generation);
  if (domain == 0) return whyNot();
  const map = mapOf(domain);
  const head = bulkAt(lineOf(map));
  let status = publish(map, head);
  for (let round: u32 = 0; status == AGAIN && round < ROUNDS; round++) {
    reachOn(round);
    status = publish(map, head);
  }
  if (status == AGAIN) status = CONTENDED;
  if (status == OK) store64(head + GENERATION, 0);
  return leave(status);
}

/** Steps 2 to 4. */
function publish(map: usize, head: usize): i32 {
  const root = load32(head + H_ROOT);
  if (root == 0) return OK;
  takeKey(0, 0, 0, 0, 0);
  tidy(map, map + MAP_HEAD); // An empty leaf may be left.
  const number = settled(map);
  if (number == 0 || !begin(map + MAP_HEAD, number)) return AGAIN;
  if (load32(map + MAP_HEAD + H_ROOT) != 0) return giveUp(EXISTS);
  intents.counts(true);
  const entries = <i32>load64(head + BULK_COUNT);
  if (MUTANT == 452) store32(head + H_ROOT, 0);
  if (!publishWord(map + MAP_HEAD + H_ROOT, false, root, entries)) return giveUp(AGAIN);
  store32(head + H_ROOT, 0);
  finish();
  return OK;
}

/** See index.ts. */
export function bulkDrop(entry: u32, generation: u32): i32 {
  const domain = look(entry, generation, 0);
  if (domain == 0) return whyNot();
  return leave(dropOwn(domain) ? OK : whyNot());
}

/** What this thread is loading, if it is; false: see `status`. */
export function dropOwn(domain: usize): bool {
  const map = mapOf(domain);
  const line = lineOf(map);
  if (load64(bulkAt(line) + GENERATION) == 0) return true;
  if (!intents.ready(domain)) return false;
  drop(map, line);
  return true;
}

/** What a dead slot was loading. For its one reaper, who does it as that slot. */
export function dropOf(domain: usize, slot: u32): void {
  const map = mapOf(domain);
  const line = lineAt(map, slot);
  if (load64(bulkAt(line) + GENERATION) == 0) return;
  if (MUTANT == 455) intents.ready(domain);
  else intents.standIn(domain, slot);
  drop(map, line);
}

/** Step 5, until there is nothing. */
function drop(map: usize, line: usize): void {
  const head = bulkAt(line);
  intents.counts(false);
  while (load32(head + H_ROOT) != 0) {
    const number = settled(map);
    if (number != 0) dropLowest(head, number);
  }
  store64(head + GENERATION, 0);
}

/** Step 5. Nobody else is in this tree. */
function dropLowest(head: usize, number: u64): void {
  let box = head;
  let word = head + H_ROOT;
  let link = load32(word);
  while (true) {
    const x = blockOf(link);
    let next: usize = 0;
    if (sizeOf(link) == 0) {
      next = filledChild(x);
      if (next == 0) return dropNode(box, word, x, number);
      box = x;
    } else {
      const live = load64(liveAt(link));
      if ((live & SLOTS) == 0 || isPlain(live)) return dropNode(box, word, x, number);
      const slot = <u32>ctz(live);
      const below: usize = <u32>load64(slotAt(link, slot) + S_VALUE);
      const what = whatIs(link, live, slot);
      if (!isLayer(what) || load32(below + H_ROOT) == 0) {
        return dropSlot(link, live, slot, what, below, number);
      }
      box = below;
      next = below + H_ROOT;
    }
    word = next;
    link = load32(word);
  }
}

/** The word of a child that is there, or 0. */
function filledChild(x: usize): usize {
  for (let i: u32 = 0; i < childCount(x); i++) if (load32(childAt(x, i)) != 0) return childAt(x, i);
  return 0;
}

/** Whether nothing hangs on what counts in a leaf. */
function isPlain(live: u64): bool {
  return (<u32>(live >> KINDS) & 15) < RECORD && !isLayer(<u32>(live >> KINDS));
}

function dropNode(box: usize, word: usize, x: usize, number: u64): void {
  if (!begin(box, number)) return;
  if (!intents.alsoLock(x)) {
    giveUp(AGAIN);
    return;
  }
  out(x, true);
  if (publishWord(word, false, 0, 0)) finish();
  else giveUp(AGAIN);
}

function dropSlot(link: u32, live: u64, slot: u32, what: u32, below: usize, number: u64): void {
  if (!begin(blockOf(link), number)) return;
  if (isLayer(what)) {
    if (!intents.alsoLock(below)) {
      giveUp(AGAIN);
      return;
    }
    out(below, true);
  } else if ((what & 15) == RECORD) dropRecord(below);
  if (publishLive(link, withoutSlot(live, slot), slot, true, 0)) finish();
  else giveUp(AGAIN);
}
