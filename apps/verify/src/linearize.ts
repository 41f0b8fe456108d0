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
  const events = [...all].sort((a, b) => a.begin - b.begin);
  const key = model.key ?? ((state: S) => JSON.stringify(state));
  const visited = new Set<string>();
  const done = new Uint8Array(events.length);
  const pending = events.flatMap((e, n) => (e.pending ? [n] : []));
  let open = events.length - pending.length;
  /** Everything below is placed, or pending. */
  let low = 0;
  /** The highest placed call: nothing that ended before it began may follow. */
  let high = -1;

  const go = (state: S): boolean => {
    if (open === 0) return true;
    while (low < events.length && (done[low] === 1 || events[low]!.pending)) low++;
    const at = configuration(key(state));
    if (visited.has(at)) return false;
    visited.add(at);
    // The calls that may come next began before the first end among the calls not placed.
    let firstEnd = Number.POSITIVE_INFINITY;
    for (let n = low; n < events.length && events[n]!.begin < firstEnd; n++) {
      const e = events[n]!;
      if (done[n] === 0 && !e.pending && e.end < firstEnd) firstEnd = e.end;
    }
    const [wasLow, wasHigh] = [low, high];
    const place = (n: number): boolean => {
      const e = events[n]!;
      if (done[n] === 1 || e.begin > firstEnd) return false;
      // A pending call that recovery has ended cannot take effect later.
      if (e.pending && wasHigh >= 0 && e.end < events[wasHigh]!.begin) return false;
      const states = model.apply(state, e.call, e.pending ? undefined : e.result);
      if (states.length === 0) return false;
      done[n] = 1;
      if (!e.pending) open--;
      for (const next of states) {
        low = wasLow;
        high = Math.max(wasHigh, n);
        if (go(next)) return true;
      }
      low = wasLow;
      high = wasHigh;
      done[n] = 0;
      if (!e.pending) open++;
      return false;
    };
    for (let n = low; n < events.length && events[n]!.begin <= firstEnd; n++) {
      if (!events[n]!.pending && place(n)) return true;
    }
    for (const n of pending) if (place(n)) return true;
    return false;
  };

  const configuration = (state: string): string => {
    let text = `${low}|${high}|`;
    for (let n = low; n <= high; n++) text += done[n];
    for (const n of pending) text += done[n] === 1 ? '+' : '-';
    return `${text}|${state}`;
  };
  return go(model.initial());
}
