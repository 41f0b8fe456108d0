// What the threads asked and were told, with the order in which calls began and ended: what a
// linearizability check needs to know of a run.

import type { OpCall, Result } from './structure.ts';

/** One call in a history. */
export interface Event {
  thread: number;
  call: OpCall;
  /** Position among all beginnings and ends. */
  begin: number;
  /** Infinity: not finished when the history ended. */
  end: number;
  result: Result;
  /** It died, or was left standing: it took effect once before `end`, or not at all. */
  pending: boolean;
  /** The checker refused it an allocation. */
  refused?: boolean;
}

/** From a death to the end of its recovery, as positions among beginnings and ends. */
export interface Absence {
  begin: number;
  end: number;
}

/** Equal for histories that no model can tell apart. */
export function historyKey(events: readonly Event[]): string {
  let key = '';
  for (const e of events) {
    const result = typeof e.result === 'object' ? JSON.stringify(e.result) : String(e.result);
    key += `${callKey(e.call)}|${e.begin}|${e.end}|${e.pending ? '?' : result};`;
  }
  return key;
}

const keys = new WeakMap<OpCall, string>();

function callKey(call: OpCall): string {
  let key = keys.get(call);
  if (key === undefined) {
    key = JSON.stringify(call);
    keys.set(call, key);
  }
  return key;
}

/** `set("a", 1)` */
export function showCall(call: OpCall): string {
  return `${call[0]}(${call
    .slice(1)
    .map((a) => JSON.stringify(a))
    .join(', ')})`;
}
