// A worker's calls of @x/avl-batch: appends to its own keys, builds of what all have appended.

import { AvlBatch, type AvlBatchSnapshot, type Ticket, type TicketResult } from '@x/avl-batch';
import type { Arena } from '@x/shm-arena';
import {
  BUILD,
  IN_TREE,
  KEYS,
  keyOf,
  numberOf,
  parseKey,
  prefixOf,
  TREE_DELETE,
  TREE_INSERT,
  TREE_SET,
  treeOptions,
  valueFor,
} from './protocol.ts';
import { below, call, fault, me, numbers, other, seat, truth } from './seat.ts';

let tree: AvlBatch<string, string>;
let held: { snapshot: AvlBatchSnapshot<string, string>; rows: string; calls: number } | undefined;
/** The last append, and what it must come to. */
let last: { ticket: Ticket; outcome: TicketResult['outcome'] } | undefined;

export function open(arena: Arena): void {
  tree = AvlBatch.openOrCreate<string, string>(arena, treeOptions(seat.tree, seat.maxBytes));
}

export function close(): void {
  held?.snapshot.close();
  held = undefined;
  last = undefined;
  tree.close();
}

/** Some call. */
export function step(): void {
  if (held !== undefined && --held.calls < 0) {
    other(() => holdOrCheck());
    return;
  }
  const draw = below(32);
  if (draw < 22) {
    if (!append(draw)) build();
  } else if (draw < 28) other(() => reads(draw));
  else if (draw < 30) build();
  else if (draw < 31) other(() => holdOrCheck());
  else if (below(10) === 0) other(() => tree.compact());
}

/** False: too much waits, or there is no room. */
function append(draw: number): boolean {
  const key = below(KEYS);
  const name = keyOf(me, key);
  const n = numbers();
  const was = truth[IN_TREE + key]!;
  const op = draw < 12 ? TREE_SET : draw < 17 ? TREE_INSERT : TREE_DELETE;
  return call(op, [IN_TREE + key, n, 0], () => {
    if (op === TREE_SET) {
      last = { ticket: tree.set(name, valueFor(me, key, n)), outcome: 'done' };
    } else if (op === TREE_INSERT) {
      const outcome = was === 0 ? 'done' : 'exists';
      last = { ticket: tree.insert(name, valueFor(me, key, n)), outcome };
    } else last = { ticket: tree.delete(name), outcome: was === 0 ? 'absent' : 'done' };
    return 0;
  });
}

/** Behind a build everything that this lane had appended is there. False: there is no room. */
export function build(): boolean {
  const done = call(BUILD, [0, 0, 0], () => {
    tree.build();
    return 0;
  });
  if (!done) return false;
  for (let i = 0, key = below(KEYS); i < 10; i++, key = (key + 7) % KEYS)
    mustBe('get', key, tree.get(keyOf(me, key)));
  if (last === undefined) return true;
  const found = tree.result(last.ticket)?.outcome;
  if (found !== last.outcome) fault(`an append came to ${found}, not ${last.outcome}`);
  return true;
}

function mustBe(what: string, key: number, value: string | undefined): void {
  const found = value === undefined ? 0 : numberOf(me, key, value);
  const want = truth[IN_TREE + key]!;
  if (found !== want)
    fault(`${what} in the tree: ${keyOf(me, key)} has number ${found}, written was ${want}`);
}

function reads(draw: number): void {
  const key = below(KEYS);
  const name = keyOf(me, key);
  // What waits in this thread's queue, and what it had built: all that the lane has appended.
  if (draw < 26) mustBe('pending', key, tree.get(name, { pending: true }));
  else if (draw < 27) rowsOf(tree);
  else {
    const value = tree.get(name);
    if (value !== undefined) numberOf(me, key, value);
  }
}

/** This lane's entries as text; each must be whole, and there once. */
function rowsOf(from: AvlBatch<string, string> | AvlBatchSnapshot<string, string>): string {
  const rows: string[] = [];
  let before = '';
  for (const [text, value] of from.entries({ prefix: prefixOf(me) })) {
    if (text <= before) fault(`entries of the tree go from ${before} to ${text}`);
    before = text;
    rows.push(`${text}: ${numberOf(me, parseKey(text).key, value)}`);
  }
  return rows.join();
}

/** Takes a snapshot and keeps it; later looks whether it is as it was. */
function holdOrCheck(): void {
  if (held === undefined) {
    const snapshot = tree.snapshot();
    held = { snapshot, rows: rowsOf(snapshot), calls: below(200) };
    return;
  }
  if (rowsOf(held.snapshot) !== held.rows) fault('a snapshot of the tree has moved');
  held.snapshot.close();
  held = undefined;
}
