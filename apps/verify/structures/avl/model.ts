// What the tree promises: appends are a FIFO; a build takes a prefix of it and applies that at one
// instant; every read is of one state.

import type { OpCall, Result } from '../../src/structure.ts';
import {
  type Apply,
  type Entries,
  type MapPromise,
  type MapState,
  outcomeOf,
  put,
  show,
} from '../map/model.ts';

/** An operation that waits. `who` appended it; null: no value. */
interface Waiting {
  who: number;
  tag: string;
  kind: string;
  key: string;
  value: number | null;
  expected: number | null;
}

interface Tree {
  entries: Entries;
  queue: readonly Waiting[];
  /** Operations applied so far. */
  applied: number;
  outcomes: Readonly<Record<string, string>>;
  /** How many operations there were in all, at each `ask` or `mark`. */
  asked: Readonly<Record<string, number>>;
}
export type State = MapState<Tree>;

/** The entries after an operation, and its outcome. */
function step(entries: Entries, op: Waiting): [Entries, string] {
  const outcome = outcomeOf(op.kind, entries[op.key], op.expected);
  if (outcome !== 'done') return [entries, outcome];
  return [put(entries, op.key, op.value), outcome];
}

/** The tree after a build of `count` operations. */
function built(own: Tree, count: number): Tree {
  let { entries } = own;
  const outcomes = { ...own.outcomes };
  for (const op of own.queue.slice(0, count)) {
    [entries, outcomes[op.tag]] = step(entries, op);
  }
  return {
    ...own,
    entries,
    outcomes,
    queue: own.queue.slice(count),
    applied: own.applied + count,
  };
}

/** Entries as the thread sees them that has appended what waits. */
function seenBy(own: Tree, who: number): Entries {
  let { entries } = own;
  for (const op of own.queue) if (op.who === who) [entries] = step(entries, op);
  return entries;
}

/** An append: [kind, who, tag, key, value, expected]. */
const append: Apply<Tree> = (own, [op, who, tag, key, value, expected], result) => {
  if (result !== undefined && result !== 'ok') return [];
  const waiting: Waiting = {
    who: who as number,
    tag: tag as string,
    kind: op === 'remove' ? 'delete' : op,
    key: key as string,
    value: (value as number | null | undefined) ?? null,
    expected: (expected as number | null | undefined) ?? null,
  };
  return [{ ...own, queue: [...own.queue, waiting] }];
};

/** What a build may have done: it takes all that it was asked for, and perhaps more. */
const build: Apply<Tree> = (own, [, tag, most], result) => {
  const limit = most as number;
  if (result === undefined) {
    return Array.from({ length: Math.min(limit, own.queue.length) }, (_, i) => built(own, i + 1));
  }
  const [count, size] = (result as string).split(' ').map(Number) as [number, number];
  if (count > Math.min(limit, own.queue.length)) return [];
  if (own.applied + count < Math.min(own.asked[tag as string] ?? 0, own.applied + limit)) return [];
  const after = built(own, count);
  return Object.keys(after.entries).length === size ? [after] : [];
};

/** All that was appended so far is asked for. */
const ask: Apply<Tree> = (own, [, tag]) => {
  const all = own.applied + own.queue.length;
  return [{ ...own, asked: { ...own.asked, [tag as string]: all } }];
};

/** A read that gives what `expected` says. */
const reads =
  (expected: (own: Tree, call: OpCall) => Result): Apply<Tree> =>
  (own, call, result) =>
    result === undefined || result === expected(own, call) ? [own] : [];

const operations: Record<string, Apply<Tree>> = {
  set: append,
  insert: append,
  delete: append,
  remove: append,
  compare: append,
  ask,
  mark: ask,
  build,
  apply: build,
  compact: reads(() => 'ok'),
  move: reads(() => 'ok'),
  covers: (own, [, tag], result) =>
    result === undefined || result === 0 || own.applied >= own.asked[tag as string]! ? [own] : [],
  outcome(own, [, tag, late], result) {
    if (result === undefined || result === 'none') return [own];
    const known = own.outcomes[tag as string];
    if (result === 'forgotten') return late === true && known !== undefined ? [own] : [];
    return result === (known ?? 'pending') ? [own] : [];
  },
  own: (own, [, who, key], result) =>
    result === undefined ||
    result === 'none' ||
    result === (seenBy(own, who as number)[key as string] ?? null)
      ? [own]
      : [],
  first: reads(
    ({ entries }, [, reverse]) =>
      show(entries)
        .split(' ')
        .at(reverse === true ? -1 : 0)!,
  ),
  rank: reads(
    ({ entries }, [, below]) =>
      Object.keys(entries).filter((key) => key < (below as string)).length,
  ),
};

export const promise: MapPromise<Tree> = {
  initial: { entries: {}, queue: [], applied: 0, outcomes: {}, asked: {} },
  entries: ({ entries }) => entries,
  operations,
  afterwards: ['ask'],
};
