// Linearizability after Wing and Gong with Lowe's memory of visited configurations: is there an
// order of the calls that respects who ended before who began, in which the sequential model gives
// every result that was seen? A pending call may be put anywhere after its beginning, or left out.
// Histories whose calls each concern one key are split by key first.

import type { Event } from './history.ts';
import type { Model } from './structure.ts';

/** undefined when the history is linearizable, else the smallest part of it that is not. */
export function linearize<S>(events: readonly Event[], model: Model<S>): Event[] | undefined {
  const parts = new Map<string, Event[]>();
  for (const event of events) {
    const key = model.partition?.(event.call);
    if (key === undefined) return search(events, model) ? undefined : [...events];
    const part = parts.get(key);
    if (part) part.push(event);
    else parts.set(key, [event]);
  }
  for (const part of parts.values()) if (!search(part, model)) return part;
  return undefined;
}

function search<S>(all: readonly Event[], model: Model<S>): boolean {
  if (all.length > 400) throw new Error(`a history of ${all.length} calls is too long to check`);
  const events = [...all].sort((a, b) => a.begin - b.begin);
  const key = model.key ?? ((state: S) => JSON.stringify(state));
  const visited = new Set<string>();
  const done = new Uint8Array(events.length);
  let open = events.reduce((n, e) => n + (e.pending ? 0 : 1), 0);

  // The calls that may come next: those that began before the first end among the calls not done.
  const go = (state: S): boolean => {
    if (open === 0) return true;
    const at = `${done.join('')}|${key(state)}`;
    if (visited.has(at)) return false;
    visited.add(at);
    let firstEnd = Number.POSITIVE_INFINITY;
    for (let n = 0; n < events.length; n++) {
      const e = events[n]!;
      if (done[n] === 0 && !e.pending && e.end < firstEnd) firstEnd = e.end;
    }
    for (let n = 0; n < events.length; n++) {
      const e = events[n]!;
      if (done[n] === 1) continue;
      if (e.begin > firstEnd) break;
      // A pending call that recovery has ended cannot take effect later.
      if (e.pending && e.end < lastBeginDone(events, done)) continue;
      const states = model.apply(state, e.call, e.pending ? undefined : e.result);
      if (states.length === 0) continue;
      done[n] = 1;
      if (!e.pending) open--;
      for (const next of states) if (go(next)) return true;
      done[n] = 0;
      if (!e.pending) open++;
    }
    return false;
  };
  return go(model.initial());
}

/** The latest beginning among the calls already placed: nothing that ended before it may follow. */
function lastBeginDone(events: Event[], done: Uint8Array): number {
  for (let n = events.length - 1; n >= 0; n--) if (done[n] === 1) return events[n]!.begin;
  return Number.NEGATIVE_INFINITY;
}
