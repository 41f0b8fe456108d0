// A worker's calls of both reclaimers: blocks that are replaced, pushed and popped while all read.

import type { Arena } from '@x/shm-arena';
import { type Hold, LEAST_BYTES, number, numberIn, type Place, places, WAYS } from './domains.ts';
import { LANES, POP, PUSH, PUSHED, REFUSED, REPLACE } from './protocol.ts';
import { below, call, fault, me, memory, numbers, other, seat } from './seat.ts';

let all: Place[] = [];
/** A block that is looked at again after some calls. */
let kept: { hold: Hold; number: number; calls: number } | undefined;

export function open(arena: Arena): void {
  all = places(arena, seat.domains);
}

export function close(): void {
  kept?.hold.close();
  kept = undefined;
  for (const { domain } of all) domain.close();
}

/** Some call; a full arena is no matter here. */
export function step(): void {
  if (kept !== undefined && --kept.calls < 0) {
    other(() => look());
    return;
  }
  const index = below(all.length);
  const place = all[index]!;
  const draw = below(16);
  if (draw < 5) replace(place, PUSHED + index);
  else if (draw < 8) other(() => read(place));
  else if (draw < 10) push(place, PUSHED + index);
  else if (draw < 13) pop(place, PUSHED + index);
  else if (draw < 14) other(() => void place.domain.collect());
  else if (kept === undefined) other(() => keep(place));
}

/** A block that was filled; ARENA_FULL. */
function filled({ domain }: Place): number {
  const block = domain.alloc(LEAST_BYTES + 16 * below(8));
  number(memory, block, LANES * numbers() + me);
  return block;
}

function replace(place: Place, at: number): void {
  call(REPLACE, [at, 0, 0], () => {
    const old = place.swap(filled(place));
    numberIn(memory, old);
    place.domain.retire(old);
    return 0;
  });
}

function push(place: Place, at: number): void {
  call(PUSH, [at, 0, 0], () => {
    const block = filled(place);
    if (place.push(block)) return 1;
    place.domain.retire(block);
    return REFUSED;
  });
}

function pop(place: Place, at: number): void {
  call(POP, [at, 0, 0], () => {
    const popped = place.pop();
    if (popped === undefined) return REFUSED;
    if (popped === 0) return 0;
    numberIn(memory, popped);
    place.domain.retire(popped);
    return 1;
  });
}

function read(place: Place): void {
  const hold = place.hold();
  if (hold === undefined) return;
  const then = numberIn(memory, hold.at);
  for (let n = below(2000); n > 0; n--) Atomics.load(memory, hold.at >>> 2);
  same(hold, then);
  hold.close();
}

function keep(place: Place): void {
  const hold = place.keep(below(WAYS));
  if (hold !== undefined) kept = { hold, number: numberIn(memory, hold.at), calls: below(200) };
}

function look(): void {
  const { hold, number: then } = kept!;
  if (hold.isOpen !== false) same(hold, then);
  hold.close();
  kept = undefined;
}

function same({ at }: Hold, then: number): void {
  const now = numberIn(memory, at);
  if (now !== then) fault(`the block at ${at}, protected, had number ${then}, now ${now}`);
}
