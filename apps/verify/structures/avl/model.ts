// What the tree promises: appends are a FIFO; a build takes a prefix of it and applies that at one
// instant; every read is of one state.

import type { Model, OpCall, Result } from '../../src/structure.ts';

type Entries = Readonly<Record<string, number>>;

/** An operation that waits. `who` appended it; null: no value. */
interface Waiting {
  who: number;
  tag: string;
  kind: string;
  key: string;
  value: number | null;
  expected: number | null;
}

export interface State {
  open: boolean;
  entries: Entries;
  queue: readonly Waiting[];
  /** Operations applied so far. */
  applied: number;
  outcomes: Readonly<Record<string, string>>;
  /** What each snapshot must show for ever. */
  snaps: Readonly<Record<string, Entries>>;
  /** How many operations there were in all, at each `ask` or `mark`. */
  asked: Readonly<Record<string, number>>;
}

function show(entries: Entries): string {
  return Object.entries(entries)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
}

/** The entries after an operation, and its outcome. */
function step(entries: Entries, op: Waiting): [Entries, string] {
  const was = entries[op.key];
  const { [op.key]: _, ...without } = entries;
  const next = op.value === null ? without : { ...entries, [op.key]: op.value };
  switch (op.kind) {
    case 'set':
      return [next, 'done'];
    case 'insert':
      return was === undefined ? [next, 'done'] : [entries, 'existed'];
    case 'delete':
    case 'remove':
      return was === undefined ? [entries, 'missing'] : [next, 'done'];
    default:
      if (op.expected === null) return was === undefined ? [next, 'done'] : [entries, 'other'];
      if (was === undefined) return [entries, 'missing'];
      return was === op.expected ? [next, 'done'] : [entries, 'other'];
  }
}

/** The state after a build of `count` operations. */
function built(state: State, count: number): State {
  let { entries } = state;
  const outcomes = { ...state.outcomes };
  for (const op of state.queue.slice(0, count)) {
    [entries, outcomes[op.tag]] = step(entries, op);
  }
  return {
    ...state,
    entries,
    outcomes,
    queue: state.queue.slice(count),
    applied: state.applied + count,
  };
}

const REFUSED = new Set<Result>(['full', 'limit', 'queue full', 'contended']);
const APPENDS = new Set(['set', 'insert', 'delete', 'remove', 'compare']);
const AT = new Set(['scanAt', 'drop', 'sweep', 'unpin']);

/** The operation of an append call: [kind, who, tag, key, value, expected]. */
function waiting([kind, who, tag, key, value, expected]: OpCall): Waiting {
  return {
    who: who as number,
    tag: tag as string,
    kind,
    key: key as string,
    value: (value as number | null | undefined) ?? null,
    expected: (expected as number | null | undefined) ?? null,
  };
}

/** What a build may have done: it takes all that it was asked for, and perhaps more. */
function builds(state: State, tag: string, limit: number, result: Result): State[] {
  if (result === undefined) {
    return Array.from({ length: Math.min(limit, state.queue.length) }, (_, i) =>
      built(state, i + 1),
    );
  }
  const [count, size] = (result as string).split(' ').map(Number) as [number, number];
  if (count > Math.min(limit, state.queue.length)) return [];
  if (state.applied + count < Math.min(state.asked[tag] ?? 0, state.applied + limit)) return [];
  const after = built(state, count);
  return Object.keys(after.entries).length === size ? [after] : [];
}

function own(state: State, who: number): Entries {
  let { entries } = state;
  for (const op of state.queue) if (op.who === who) [entries] = step(entries, op);
  return entries;
}

export const model: Model<State> = {
  initial: () => ({
    open: true,
    entries: {},
    queue: [],
    applied: 0,
    outcomes: {},
    snaps: {},
    asked: {},
  }),

  apply(state, call, result) {
    const [op, a, b] = call;
    const same = [state];
    const none: State[] = [];
    const died = result === undefined;
    if (REFUSED.has(result)) return same;
    if (result === 'closed') return state.open ? none : same;
    if (!state.open && !died && !AT.has(op) && op !== 'ask') return none;
    const is = (expected: Result): State[] => (died || result === expected ? same : none);
    if (APPENDS.has(op)) {
      return died || result === 'ok'
        ? [{ ...state, queue: [...state.queue, waiting(call)] }]
        : none;
    }
    const tag = a as string;
    switch (op) {
      case 'ask':
      case 'mark': {
        const all = state.applied + state.queue.length;
        return [{ ...state, asked: { ...state.asked, [tag]: all } }];
      }
      case 'build':
      case 'apply':
        return builds(state, tag, b as number, result);
      case 'compact':
        return is('ok');
      case 'covers':
        return died || result === 0 || state.applied >= state.asked[tag]! ? same : none;
      case 'outcome':
        if (died || result === 'none') return same;
        if (result === 'forgotten') return b === true && tag in state.outcomes ? same : none;
        return is(state.outcomes[tag] ?? 'pending');
      case 'get':
        return is(state.entries[tag] ?? null);
      case 'own':
        return is(own(state, a as number)[b as string] ?? null);
      case 'scan':
        return is(show(state.entries));
      case 'first':
        return is(
          show(state.entries)
            .split(' ')
            .at(a === true ? -1 : 0)!,
        );
      case 'many':
        return is((a as string[]).map((key) => state.entries[key] ?? '-').join(' '));
      case 'rank':
        return is(Object.keys(state.entries).filter((key) => key < tag).length);
      case 'snap':
        if (result === 'none') return state.snaps[tag] === undefined ? none : same;
        if (!died && result !== 'ok') return none;
        return [{ ...state, snaps: { ...state.snaps, [tag]: state.entries } }];
      case 'scanAt':
        return result === 'none' ? same : is(show(state.snaps[tag] ?? {}));
      case 'drop':
      case 'heir':
      case 'sweep':
      case 'unpin':
        return same;
      case 'end':
        return died || result === 'ok' ? [{ ...state, open: false }] : none;
      default:
        throw new Error(`the model does not know ${op}`);
    }
  },
};
