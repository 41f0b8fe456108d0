// Whether a refusal was called for. Whether a call may say "full" or "contended" depends on the
// schedule and not on the model's state, so a lost race that says "full", or a call that gives up
// though nobody is in its way, has a sequential explanation. Here each shows its reason.

import { type Absence, type Event, showCall } from './history.ts';
import type { OpCall, Result, Scenario, Structure } from './structure.ts';

const REFUSALS = new Set<Result>(['full', 'limit', 'queue full', 'no slot']);

/** What is wrong with the refusals of a run, or undefined. */
export function unexcused(
  events: readonly Event[],
  absences: readonly Absence[],
  { may = [] }: Pick<Scenario, 'may'>,
  { blockers = {} }: Pick<Structure, 'blockers'>,
): string | undefined {
  for (const event of events) {
    const { call, result } = event;
    if (REFUSALS.has(result)) {
      if (may.includes(result as string) || (result === 'full' && event.refused === true)) continue;
      return `${showCall(call)} said ${result}: nothing was refused to it, and there is room`;
    }
    if (result !== 'contended') continue;
    // Where pages or a budget run out, an allocation may meet some that are in flight.
    const short = may.includes('full') || may.includes('limit');
    const by = short ? 'any' : (blockers[call[0]] ?? []);
    const blocks = (other: OpCall): boolean => by === 'any' || by.includes(other[0]);
    const others = events.some((e) => e !== event && blocks(e.call) && meet(e, event));
    if (others || (by.length > 0 && absences.some((absence) => meet(absence, event)))) continue;
    return `${showCall(call)} said contended: nobody was in its way`;
  }
  return undefined;
}

const meet = (a: Absence, b: Absence): boolean => a.begin <= b.end && a.end >= b.begin;
