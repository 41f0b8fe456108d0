// What the skip list promises: a stack of lists, each a map from keys to a value or a tombstone.

import type { OpCall, Result, Structure } from '../../src/structure.ts';
import { type Apply, type Entries, type MapPromise, type MapState, show } from '../map/model.ts';
import { ALIKE_A, ALIKE_B, ALIKE_C, ALIKE_D, LONG_A, LONG_B } from '../map/scenarios.ts';

export type BatchOp = readonly ['set' | 'insert' | 'delete', string, number?];

interface Stack {
  /** null: a tombstone. */
  lists: readonly { id: number; entries: Readonly<Record<string, number | null>> }[];
  /** Keys that have been live at any time: a batch may report an insert as failed for these. */
  once: readonly string[];
}
export type State = MapState<Stack>;

export const KEYS = ['a', 'b', 'bb', 'c', 'd', 'e', 'f', 'g', LONG_A, LONG_B];
/** Most lists in a stack. */
const MOST = 4;

function live({ lists }: Stack): Entries {
  const all: Record<string, number | null> = {};
  for (const { entries } of lists) Object.assign(all, entries);
  return Object.fromEntries(
    Object.entries(all)
      .filter((row): row is [string, number] => row[1] !== null)
      .sort(),
  );
}

function write({ lists, once }: Stack, key: string, value: number | null): Stack {
  const active = lists.at(-1)!;
  return {
    lists: [...lists.slice(0, -1), { ...active, entries: { ...active.entries, [key]: value } }],
    once: value === null || once.includes(key) ? once : [...once, key].sort(),
  };
}

/** The states after a batch of which the operations in `failed` are said to have failed. */
function batch(
  own: Stack,
  ops: readonly BatchOp[],
  failed: readonly number[] | undefined,
): Stack[] {
  let after = own;
  for (let i = 0; i < ops.length; i++) {
    const [kind, key, value] = ops[i]!;
    const there = live(after)[key] !== undefined;
    const fails = failed === undefined ? kind === 'insert' && there : failed.includes(i);
    if (kind === 'insert' && !fails && there) return [];
    // An insert that failed was right when it was judged, which may be before the batch's instant.
    if (fails && !(kind === 'insert' && (there || own.once.includes(key)))) return [];
    if (!fails) after = write(after, key, kind === 'delete' ? null : value!);
  }
  return [after];
}

/** Whether an operation may be refused for a reason that this state gives, or leaves open. */
function refusable(own: Stack, [op, key]: OpCall, result: Result): boolean {
  if (result !== 'full' && result !== 'limit') return true;
  const unused = Object.keys(own.lists.at(-1)!.entries).length === 0;
  if (op === 'delete' && result === 'limit')
    return unused || live(own)[key as string] === undefined;
  if (op !== 'seal' && op !== 'clear') return true;
  // What holds anything has a next list.
  return unused || (op === 'seal' && result === 'limit' && own.lists.length === MOST);
}

const listOf = ({ lists }: Stack, id: OpCall[1]): Stack['lists'][number] | undefined =>
  lists.find((list) => list.id === id);

const operations: Record<string, Apply<Stack>> = {
  batch(own, [, a], result) {
    const ops = a as unknown as BatchOp[];
    if (result === undefined) return batch(own, ops, undefined);
    if (typeof result !== 'string' || !result.startsWith('ok')) return [];
    return batch(own, ops, result.split(' ').slice(1).map(Number));
  },
  seal(own, _call, result) {
    const { id } = own.lists.at(-1)!;
    if (result !== undefined && result !== id) return [];
    return [{ ...own, lists: [...own.lists, { id: id + 1, entries: {} }] }];
  },
  /** One new list in the place of all. */
  clear(own, _call, result) {
    if (result !== undefined && result !== 'ok') return [];
    return [{ ...own, lists: [{ id: own.lists.at(-1)!.id + 1, entries: {} }] }];
  },
  lists(own, _call, result) {
    const ids = own.lists.map(({ id }) => id).join(' ');
    return result === undefined || result === ids ? [own] : [];
  },
  frozen(own, [, id], result) {
    if (result === undefined) return [own];
    const list = listOf(own, id);
    return list !== undefined && result === show(list.entries) ? [own] : [];
  },
  /** That the readings agree is all that there is to say. */
  versionsAt(own, _call, result) {
    return result === undefined || result === 'none' || result === 'same' ? [own] : [];
  },
  destroy(own, [, id], result) {
    const active = own.lists.at(-1)!.id === id;
    if (result === 'bad') return active ? [own] : [];
    if (active) return result === undefined ? [own] : []; // It is refused.
    return [{ ...own, lists: own.lists.filter((list) => list.id !== id) }];
  },
};

export const promise: MapPromise<Stack> = {
  initial: { lists: [{ id: 1, entries: {} }], once: [] },
  entries: live,
  write,
  keys: [...KEYS, ALIKE_A, ALIKE_B, ALIKE_C, ALIKE_D],
  operations,
  refusable,
  afterwards: ['versionsAt'],
  closed: (own, [op, id]) => (op === 'frozen' || op === 'destroy') && listOf(own, id) === undefined,
};

/** Reads and single writes never say 'contended': of the latter that would take a dozen seals. */
export const blockers: Structure['blockers'] = {
  batch: 'any', // Any reader or writer may abort it.
  seal: ['seal', 'clear', 'destroy'],
  clear: ['seal', 'clear', 'destroy'],
  destroy: ['seal', 'clear', 'destroy'],
};
