// A hash of the whole state of a run: the memory, what the threads that go on have seen and may
// lose, the history, what JavaScript knows. Not in it is which accesses are ordered (race.ts).

import type { Arena } from './arena.ts';
import type { Machine } from './machine.ts';
import { hashPlain } from './plain.ts';
import { READY, type VirtualThread } from './thread.ts';
import type { Lanes } from './tracked.ts';

/** Of the state as it is, or as it is for all but `dying`; `into` is hashed, too. */
export function hashState(
  machine: Machine,
  into: Lanes = new Int32Array(2),
  dying?: VirtualThread,
): Lanes {
  const mix = (a: number, b: number): void => {
    into[0] = Math.imul(into[0]! ^ a, 0x9e3779b1) ^ (into[0]! >>> 15);
    into[1] = Math.imul((into[1]! + b) | 0, 0x85ebca6b) ^ (into[1]! >>> 13);
  };
  const { events, prologue, absences, run, failAt, allocations, kills } = machine;
  machine.arena.hash(into);
  for (const t of machine.threads) {
    const alive = t === dying ? 0 : t.status + 1;
    mix(alive * 64 + t.position, t.id);
    for (const name in t.local) mix(t.local[name]! | 0, t.id);
    if (alive === 0 || t.status !== READY) continue;
    mix(t.seen1 ^ t.opSteps, t.seen2);
    t.log.hash(mix);
  }
  for (let n = prologue.length; n < events.length; n++) {
    const e = events[n]!;
    mix(e.begin, e.thread);
    mix(finite(e.end), e.pending ? 1 : hashPlain(e.result));
    if (e.refused === true) mix(e.thread, 79);
  }
  for (const { begin, end } of absences) mix(begin, finite(end));
  if (run !== undefined) mix(hashPlain(run), 5);
  for (const t of machine.dead) mix(t.id, 77);
  mix(failAt === 0 ? 0 : allocations, kills);
  return into;
}

const finite = (place: number): number => (place === Number.POSITIVE_INFINITY ? -1 : place);

/** The same, should `victim` die now, and lose what `variant` says. */
export function hashDeath(
  machine: Machine,
  into: Lanes,
  victim: VirtualThread,
  variant: number,
): Lanes {
  const { arena } = machine;
  victim.log.lose(arena.u8, variant);
  rehash(arena, victim, variant);
  hashState(machine, into, victim);
  victim.log.regain(arena.u8, variant);
  rehash(arena, victim, variant);
  return into;
}

/** Plain stores of the victim were lost, or are there again. */
export function rehash(arena: Arena, { log }: VirtualThread, variant: number): void {
  if (variant === 0) return;
  for (let n = 0; n < log.count; n++) arena.rehash(log.at[n]!, log.bytes[n]!);
}
