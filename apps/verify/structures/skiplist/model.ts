// What the skip list promises: a stack of lists, each a map from keys to a value or a tombstone.

import type { Model, OpCall, Result, Structure } from '../../src/structure.ts';

/** null: a tombstone. */
type Entries = Readonly<Record<string, number | null>>;
type Live = Readonly<Record<string, number>>;
export type BatchOp = readonly ['set' | 'insert' | 'delete', string, number?];

export interface State {
  open: boolean;
  lists: readonly { id: number; entries: Entries }[];
  /** What each snapshot must show for ever. */
  snaps: Readonly<Record<string, Live>>;
  /** Since each mark: the values that each key has had; absent is -1. */
  since: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
  /** Keys that have been live at any time: a batch may report an insert as failed for these. */
  once: readonly string[];
}

export const KEYS = ['a', 'b', 'c', 'd', 'a-key-longer-than-16', 'a-key-longer-than-17'];

function live(state: State): Live {
  const all: Record<string, number | null> = {};
  for (const { entries } of state.lists) Object.assign(all, entries);
  return Object.fromEntries(
    Object.entries(all)
      .filter((row): row is [string, number] => row[1] !== null)
      .sort(),
  );
}

/** Notes, after a change, what each key is now. */
function noted(state: State): State {
  const now = live(state);
  const since = Object.fromEntries(
    Object.entries(state.since).map(([tag, keys]) => [
      tag,
      Object.fromEntries(
        Object.entries(keys).map(([key, had]) => {
          const value = now[key] ?? -1;
          return [key, had.includes(value) ? had : [...had, value].sort()];
        }),
      ),
    ]),
  );
  return { ...state, since, once: [...new Set([...state.once, ...Object.keys(now)])].sort() };
}

function write(state: State, key: string, value: number | null): State {
  const lists = state.lists.map((list, i) =>
    i === state.lists.length - 1 ? { ...list, entries: { ...list.entries, [key]: value } } : list,
  );
  return noted({ ...state, lists });
}

/** One new list in the place of all. */
function cleared(state: State): State {
  return noted({ ...state, lists: [{ id: state.lists.at(-1)!.id + 1, entries: {} }] });
}

function show(rows: Entries): string {
  return Object.entries(rows)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value === null ? '†' : value}`)
    .join(' ');
}

/** The states after a batch of which the operations in `failed` are said to have failed. */
function batch(
  state: State,
  ops: readonly BatchOp[],
  failed: readonly number[] | undefined,
): State[] {
  let after = state;
  for (let i = 0; i < ops.length; i++) {
    const [kind, key, value] = ops[i]!;
    const there = live(after)[key] !== undefined;
    const fails = failed === undefined ? kind === 'insert' && there : failed.includes(i);
    if (kind === 'insert' && !fails && there) return [];
    // An insert that failed was right when it was judged, which may be before the batch's instant.
    if (fails && !(kind === 'insert' && (there || state.once.includes(key)))) return [];
    if (!fails) after = write(after, key, kind === 'delete' ? null : value!);
  }
  return [after];
}

const REFUSED = new Set<Result>(['full', 'limit', 'contended', 'no slot']);
/** Most lists in a stack. */
const MOST = 4;

/** Whether an operation may be refused for a reason that this state gives, or leaves open. */
function refusable(state: State, [op, key]: OpCall, result: Result): boolean {
  if (result !== 'full' && result !== 'limit') return true;
  const unused = Object.keys(state.lists.at(-1)!.entries).length === 0;
  if (op === 'delete' && result === 'limit')
    return unused || live(state)[key as string] === undefined;
  if (op !== 'seal' && op !== 'clear') return true;
  // What holds anything has a next list.
  return unused || (op === 'seal' && result === 'limit' && state.lists.length === MOST);
}

/** Whether what was read key by key were values of the time since the mark. */
function mixed(
  state: State,
  tag: string,
  rows: Readonly<Record<string, number>>,
  keys: readonly string[],
): boolean {
  return keys.every((key) => state.since[tag]![key]!.includes(rows[key] ?? -1));
}

function parse(shown: string): Record<string, number> {
  const rows: Record<string, number> = {};
  for (const row of shown.split(' ').filter((part) => part !== '')) {
    const cut = row.lastIndexOf('=');
    rows[row.slice(0, cut)] = Number(row.slice(cut + 1));
  }
  return rows;
}

/** The operations on the stack as a whole. */
function applyToAll(state: State, [op, a, b]: OpCall, result: Result): State[] {
  const same = [state];
  const none: State[] = [];
  const died = result === undefined;
  const key = a as string;
  switch (op) {
    case 'snap':
      if (result === 'none') return state.snaps[key] === undefined ? none : same;
      if (!died && result !== 'ok') return none;
      return [{ ...state, snaps: { ...state.snaps, [key]: live(state) } }];
    case 'scanAt':
      return died || result === 'none' || result === show(state.snaps[key] ?? {}) ? same : none;
    case 'getAt':
      return died || result === 'none' || result === (state.snaps[key]?.[b as string] ?? null)
        ? same
        : none;
    case 'drop':
      return same;
    case 'seal': {
      const id = state.lists.at(-1)!.id;
      if (!died && result !== id) return none;
      return [{ ...state, lists: [...state.lists, { id: id + 1, entries: {} }] }];
    }
    case 'lists':
      return died || result === state.lists.map(({ id }) => id).join(' ') ? same : none;
    case 'frozen': {
      const list = state.lists.find(({ id }) => id === a);
      if (died) return same;
      if (result === 'closed') return list === undefined ? same : none;
      return list !== undefined && result === show(list.entries) ? same : none;
    }
    case 'destroy': {
      const there = state.lists.some(({ id }) => id === a);
      const active = state.lists.at(-1)!.id === a;
      if (result === 'bad') return active ? same : none;
      if (result === 'closed') return there ? none : same;
      if (active) return died ? same : none; // It is refused.
      return [noted({ ...state, lists: state.lists.filter(({ id }) => id !== a) })];
    }
    case 'end':
      return died || result === 'ok' ? [{ ...state, open: false }] : none;
    default:
      throw new Error(`the model does not know ${op}`);
  }
}

/** Reads and single writes never say 'contended': of the latter that would take a dozen seals. */
export const blockers: Structure['blockers'] = {
  batch: 'any', // Any reader or writer may abort it.
  snap: 'any', // The era may move on and on.
  seal: ['seal', 'clear', 'destroy'],
  clear: ['seal', 'clear', 'destroy'],
  destroy: ['seal', 'clear', 'destroy'],
};

export const model: Model<State> = {
  initial: () => ({ open: true, lists: [{ id: 1, entries: {} }], snaps: {}, since: {}, once: [] }),

  apply(state, [op, a, b, c], result) {
    const same = [state];
    const none: State[] = [];
    const died = result === undefined;
    if (REFUSED.has(result)) return refusable(state, [op, a, b, c], result) ? same : none;
    if (result === 'closed' && !state.open) return same;
    if (!state.open && !died && !op.endsWith('At') && !['drop', 'sweep'].includes(op)) return none;
    const key = a as string;
    const there = live(state)[key];
    switch (op) {
      case 'set':
        return died || result === 'ok' ? [write(state, key, b as number)] : none;
      case 'delete':
        if (!died && result !== (there === undefined ? 'none' : 'deleted')) return none;
        return [write(state, key, null)];
      case 'cas':
        if (result === 'differs') return there === b ? none : same;
        if (there !== b) return died ? same : none;
        return died || result === 'ok' ? [write(state, key, c as number)] : none;
      case 'add': {
        // Read, then written if nothing has changed: refused only when something may have.
        if (result === 'differs') return same;
        if (!died && result !== (there ?? null)) return none;
        return [write(state, key, b === null ? null : (there ?? 0) + (b as number))];
      }
      case 'clear':
        return died || result === 'ok' ? [cleared(state)] : none;
      case 'sweep':
        return same;
      case 'heir':
        return died || result === 'ok' ? same : none;
      case 'insert':
        if (result === 'exists') return there !== undefined ? same : none;
        return there === undefined ? [write(state, key, b as number)] : died ? same : none;
      case 'goi':
        if (died) return there === undefined ? [write(state, key, b as number)] : same;
        if (result === 'new') return there === undefined ? [write(state, key, b as number)] : none;
        return result === there ? same : none;
      case 'get':
        return died || result === (there ?? null) ? same : none;
      case 'batch': {
        const ops = a as unknown as BatchOp[];
        if (died) return batch(state, ops, undefined);
        if (typeof result !== 'string' || !result.startsWith('ok')) return none;
        return batch(state, ops, result.split(' ').slice(1).map(Number));
      }
      case 'mark': {
        const now = live(state);
        const keys = Object.fromEntries(KEYS.map((k) => [k, [now[k] ?? -1]]));
        return [{ ...state, since: { ...state.since, [key]: keys } }];
      }
      case 'many':
      case 'scan':
      case 'piecewise':
        if (died) return same;
        if ((result as string).startsWith('!')) return none;
        return mixed(state, key, parse(result as string), op === 'many' ? (b as string[]) : KEYS)
          ? same
          : none;
      default:
        return applyToAll(state, [op, a, b], result);
    }
  },

  partition: (call: OpCall) =>
    ['set', 'insert', 'delete', 'goi', 'get', 'cas', 'add'].includes(call[0])
      ? (call[1] as string)
      : undefined,
};
