// Writing many keys, one after the other, each as `put` does (write.ts), with their searches side
// by side, so that their cache misses overlap.
//
//   lane 0   interior ──► leaf ──► layer ──► leaf      ─► written
//   lane 1   interior ──► leaf                                       ─► written
//            a step in each lane by turns              then one key after the other
//
// A lane stands where a walk does (walk.ts), at a node that it has not looked into, or at its end.
//
// B1  A lane's place stays while the pin does, as that of any walk (reach.ts R1): so what collects
//     meanwhile minds this thread's own pin. What was written since, by this thread or another one,
//     shows under the lock, as to any write; then the key is written by a walk of its own.
//
// Staged: {0 u32 bytes of the key, 4 u32 of the value, 8 the key, padded to 8; the value, as well}.
//
// Lane, behind the key (lane.ts), private
//   24 u32 state   28 the place, 52 bytes: place.ts   80 u32 x 2 lines to ask for

import { get32, put32, touch } from '@x/shm-arena/assembly/ground/atomic';
import { OK } from '@x/shm-arena/assembly/ground/layout';
import { status as whyNot } from '@x/shm-arena/assembly/ground/thread';
import { io, leave, look } from '@x/shm-arena/assembly/map/call';
import { ABSENT, EXISTS } from '@x/shm-arena/assembly/map/codes';
import { keyRecord } from '@x/shm-arena/assembly/map/key';
import { removes } from '@x/shm-arena/assembly/map/kinds';
import { COUNT_DONE } from '@x/shm-arena/assembly/map/result';
import { lanes as lanesAt } from './gather';
import { slice } from './hand';
import { ready } from './intent';
import { keyAt, keyBytes, laneAt, LANES, stageKey, takeUp } from './lane';
import { slotLine } from './leaf';
import { blockOf, liveAt, MAP_HEAD, mapOf, sizeOf } from './layout';
import { newestOf, settled } from './open';
import { depth, enterLayer, goBack, keep, link, standUnder, top } from './place';
import { come, DEEPER, onward } from './walk';
import { run, runHere } from './write';

const L_STATE: usize = 24;
const L_PLACE: usize = 28;
const L_ASK: usize = 80;
/** In the middle of an interior. */
const MIDDLE: usize = 96;
/** States: it stands at a leaf; there is nothing more to look for; by a walk of its own. */
const STATE_WALKS: u32 = 0;
const STATE_ENDED: u32 = 1;
const STATE_ALONE: u32 = 2;

// The lanes of the present round.
let map: usize = 0;
let number: u64 = 0;
let newest: u64 = 0;
let grows = false;

/** See index.ts. */
export function putMany(
  entry: u32,
  generation: u32,
  kind: u32,
  count: u32,
  at: u32,
  out: u32,
): i32 {
  let key: usize = at;
  let keys: u32 = 0;
  let status: i32 = OK;
  while (keys < count && status == OK) {
    const domain = look(entry, generation, 0);
    status = domain != 0 ? OK : whyNot();
    if (domain == 0) break;
    if (ready(domain)) {
      const lanes = min(LANES, count - keys);
      const first = lanesAt();
      for (let i: u32 = 0; i < lanes; i++) key = stage(laneAt(first, i), key);
      walkAll(domain, kind, first, lanes);
      let said = OK;
      let i: u32 = 0;
      for (; i < lanes; i++) {
        said = write(domain, kind, laneAt(first, i));
        if (said != OK && said != EXISTS && said != ABSENT) break;
        put32(<usize>out + ((<usize>(keys + i)) << 2), said);
      }
      keys += i;
      if (i < lanes) status = said;
    } else status = whyNot();
    leave(OK);
  }
  put32(io() + COUNT_DONE, keys);
  return status;
}

/** Gives the lane the staged key at `key`; returns where the next one stands. */
function stage(lane: usize, key: usize): usize {
  return key + keyRecord(stageKey(lane, key)) + ((get32(key + 4) + 7) & ~7);
}

/** Takes all lanes to their ends. */
function walkAll(domain: usize, kind: u32, first: usize, lanes: u32): void {
  map = mapOf(domain);
  standUnder(map + MAP_HEAD);
  number = lanes == 1 ? 0 : settled(map);
  newest = newestOf(map);
  grows = !removes(kind);
  let open: u32 = 0;
  for (let i: u32 = 0; i < lanes; i++) {
    const lane = laneAt(first, i);
    put32(lane + L_STATE, STATE_ALONE);
    if (number == 0) continue;
    takeUp(lane);
    enterLayer(0, 0, top, 0);
    if (goOn(lane)) open++;
  }
  while (open != 0) {
    if (!isDefined(GATED)) askAll(first, lanes);
    for (let i: u32 = 0; i < lanes; i++) {
      const lane = laneAt(first, i);
      if (get32(lane + L_STATE) == STATE_WALKS && !lookInto(lane)) open--;
    }
  }
}

/** The lane goes on to its next node; false: there is none. */
function goOn(lane: usize): bool {
  const status = come(newest, number);
  put32(lane + L_STATE, status != OK ? STATE_ALONE : link == 0 ? STATE_ENDED : STATE_WALKS);
  if (status != OK) return false;
  keep(lane + L_PLACE);
  if (link == 0) return false;
  if (isDefined(GATED)) return true;
  const leaf = sizeOf(link) != 0;
  put32(lane + L_ASK, <u32>(leaf ? liveAt(link) : blockOf(link) + MIDDLE));
  put32(
    lane + L_ASK + 4,
    <u32>(leaf ? slotLine(link, slice(depth)) : blockOf(link) + MIDDLE + 128),
  );
  return true;
}

/** Asks for what all lanes look at next, before any of them does: their misses overlap. */
function askAll(first: usize, lanes: u32): void {
  for (let i: u32 = 0; i < lanes; i++) {
    const lane = laneAt(first, i);
    if (get32(lane + L_STATE) != STATE_WALKS) continue;
    touch(blockOf(get32(lane + L_PLACE))); // Its lock.
    touch(get32(lane + L_ASK));
    touch(get32(lane + L_ASK + 4));
  }
}

/** Looks into the node that the lane stands at; false: it has come to its end. */
function lookInto(lane: usize): bool {
  takeUp(lane);
  goBack(lane + L_PLACE);
  const status = onward(newest, number, grows);
  if (status == DEEPER) return goOn(lane);
  put32(lane + L_STATE, status == OK ? STATE_ENDED : STATE_ALONE);
  if (status == OK) keep(lane + L_PLACE);
  return false;
}

/** Writes the lane's key, all before which are written. */
function write(domain: usize, kind: u32, lane: usize): i32 {
  const key = keyAt(lane);
  const bytes = get32(key - 4);
  const value = key + keyRecord(keyBytes(lane)) - 8;
  takeUp(lane);
  if (get32(lane + L_STATE) == STATE_ALONE) {
    return run(domain, map + MAP_HEAD, kind, value, bytes, 0, 0, true);
  }
  goBack(lane + L_PLACE);
  return runHere(domain, MUTANT == 457 ? settled(map) : number, kind, value, bytes);
}
