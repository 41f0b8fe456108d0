// A hash of the whole state of a run: the memory, what the threads that go on have seen and may
// lose, the history, what JavaScript knows. Not in it are which accesses are ordered, the widths
// that words have (race.ts), how many steps all have made together, what calls that are over left
// in a kernel's globals (structure.ts says that none may matter), and the order in which `run` was
// filled.

import type { Arena } from './arena.ts';
import type { Absence, Event } from './history.ts';
import { hashPlain } from './plain.ts';
import { READY, type VirtualThread } from './thread.ts';
import type { Lanes } from './tracked.ts';

/** What a machine has in the middle of a run. */
interface Run {
  readonly arena: Arena;
  readonly threads: readonly VirtualThread[];
  readonly dead: readonly VirtualThread[];
  readonly events: readonly Event[];
  readonly prologue: readonly Event[];
  readonly absences: readonly Absence[];
  readonly run: unknown;
  readonly failAt: number;
  readonly allocations: number;
  readonly kills: number;
}

/** Of the state as it is, or as it is for all but `dying`; `into` is hashed, too. */
export function hashState(
  machine: Run,
  into: Lanes = new Int32Array(2),
  dying?: VirtualThread,
): Lanes {
  const mix = (a: number, b: number): void => {
    let x = into[0]! ^ Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 15), 0xc2b2ae35);
    into[0] = x ^ (x >>> 13);
    let y = (into[1]! + Math.imul(a, 0x27d4eb2f) + Math.imul(b, 0x165667b1)) | 0;
    y = Math.imul(y ^ (y >>> 16), 0x2545f491);
    into[1] = y ^ (y >>> 14);
  };
  const { events, prologue, absences, run, failAt, allocations, kills } = machine;
  machine.arena.hash(into);
  for (const t of machine.threads) {
    const alive = t === dying ? 0 : t.status + 1;
    mix(alive * 64 + t.position, t.id);
    for (const name in t.local) mix(t.local[name]! | 0, t.id);
    // Its death makes them undone.
    if (t === dying) for (const [at, bytes] of t.log.frees) mix(at, bytes);
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
  machine: Run,
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
