// A worker's calls of @x/skiplist: on its own keys, and on the list as a whole.

import type { Arena } from '@x/shm-arena';
import { utf8 } from '@x/shm-arena/codec';
import { SkipList, type SkipListSnapshot } from '@x/skiplist';
import {
  BATCH,
  batchOf,
  DELETE,
  DISK,
  FLUSHING,
  GET_OR_INSERT,
  INSERT,
  INSERTS_MOST,
  KEYS,
  keyOf,
  numberOf,
  parseKey,
  prefixOf,
  SET,
  valueFor,
} from './protocol.ts';
import { below, call, fault, me, numbers, other, seat, shared, truth } from './seat.ts';

let list: SkipList<string, string>;
let held: { snapshot: SkipListSnapshot<string, string>; rows: string; calls: number } | undefined;

export function open(arena: Arena): void {
  const options = { name: seat.list, value: utf8, maxBytes: seat.maxBytes };
  list = SkipList.openOrCreate<string, string>(arena, options);
}

export function close(): void {
  held?.snapshot.close();
  held = undefined;
  list.close();
}

/** Some call; false: the list is at its limit, or the arena is full. */
export function step(): boolean {
  if (held !== undefined && --held.calls < 0) return other(() => holdOrCheck());
  const draw = below(44);
  if (draw < 24) return write(draw);
  if (draw < 32) return batch();
  if (draw < 40) return reads(below(8) > 0 ? below(2) : below(6));
  if (draw < 42) return below(12) > 0 || seal();
  return below(4) > 0 || flush();
}

/** Makes room. */
export function relieve(): void {
  if (!seal() || below(2) === 0) flush();
}

// ---- what must be there

const flushed = (key: number): number => Atomics.load(shared, DISK + me * KEYS + key);

/** A key that has a value may be missing in the list only when its list was flushed. */
function mustBe(
  what: string,
  key: number,
  found: number,
  want = truth[key]!,
  disk = flushed,
): void {
  if (found === want || (found === 0 && disk(key) === want)) return;
  fault(`${what} of ${keyOf(me, key)} gives number ${found}, written was ${want}`);
}

const read = (key: number, value: string | undefined): number =>
  value === undefined ? 0 : numberOf(me, key, value);

/** `n` has been inserted, or not; when it has, it may be flushed by now. */
function insertedOver(what: string, key: number, n: number, inserted: boolean): void {
  const was = truth[key]!;
  const disk = flushed(key);
  if (inserted) mustBe(what, key, 0, was, () => (disk === n ? was : disk));
  else if (was === 0) fault(`${what} of ${keyOf(me, key)} finds a value, there is none`);
}

// ---- writing

function write(draw: number): boolean {
  const key = below(KEYS);
  const name = keyOf(me, key);
  const n = numbers();
  const value = valueFor(me, key, n);
  const at = [key, n, 0] as const;
  if (draw < 12)
    return call(SET, at, () => {
      list.set(name, value);
      return 0;
    });
  if (draw < 16)
    return call(DELETE, at, () => {
      list.delete(name);
      return 0;
    });
  if (draw < 20)
    return call(INSERT, at, () => {
      const inserted = list.insert(name, value);
      insertedOver('insert', key, n, inserted);
      return inserted ? 1 : 0;
    });
  return call(GET_OR_INSERT, at, () => {
    const found = read(key, list.getOrInsert(name, value));
    const inserted = found === n; // Numbers are used once.
    insertedOver('getOrInsert', key, n, inserted);
    if (!inserted) mustBe('getOrInsert', key, found);
    return inserted ? 1 : 0;
  });
}

function batch(): boolean {
  const key = below(KEYS);
  const count = 1 + below(below(3) > 0 ? INSERTS_MOST : KEYS);
  const n = numbers(count);
  const parts = batchOf(key, n, count);
  const operations = parts.map(({ type, key: k, n: number }) =>
    type === 'delete'
      ? { type, key: keyOf(me, k) }
      : { type, key: keyOf(me, k), value: valueFor(me, k, number) },
  );
  return call(BATCH, [key, n, count], () => {
    const { failed, written } = list.writeBatch(operations);
    let mask = 0;
    for (const { index } of failed) mask |= 1 << index;
    if (written + failed.length !== count) fault(`a batch of ${count} wrote ${written}`);
    for (const [i, { type, key: k, n: number }] of parts.entries())
      if (type === 'insert') insertedOver('insert in a batch', k, number, ((mask >>> i) & 1) === 0);
    return mask;
  });
}

// ---- reading

function reads(draw: number): boolean {
  const key = below(KEYS);
  if (draw === 0) return other(() => mustBe('get', key, read(key, list.get(keyOf(me, key)))));
  if (draw === 1) {
    const keys = Array.from({ length: 20 }, (_, i) => (key + i) % KEYS);
    return other(() => {
      const values = list.getMany(keys.map((k) => keyOf(me, k)));
      for (const [i, k] of keys.entries()) mustBe('getMany', k, read(k, values[i]));
    });
  }
  if (draw === 2) return other(() => range(list.entries({ prefix: prefixOf(me) }), 'entries'));
  if (draw === 3)
    return other(() => {
      let last = '￿';
      list.scan({ reverse: true, limit: 300 }, (text, value) => {
        if (text >= last) fault(`a scan goes from ${last} back to ${text}`);
        last = text;
        const { lane, key: k } = parseKey(text);
        numberOf(lane, k, value);
      });
    });
  return other(() => holdOrCheck());
}

/** Compares entries of this lane with what must be there; returns them as text. */
function range(
  entries: Iterable<[string, string]>,
  what: string,
  want = truth,
  disk = flushed,
): string {
  const found = new Int32Array(KEYS);
  for (const [text, value] of entries) {
    const { key } = parseKey(text);
    if (found[key] !== 0) fault(`${what} show ${text} twice`);
    found[key] = numberOf(me, key, value);
  }
  for (let key = 0; key < KEYS; key++) mustBe(what, key, found[key]!, want[key]!, disk);
  return found.join();
}

/** Takes a snapshot and keeps it; later looks whether it is as it was. */
function holdOrCheck(): void {
  if (held === undefined) {
    const snapshot = list.snapshot();
    const then = Int32Array.from({ length: KEYS }, (_, key) => flushed(key));
    const entries = snapshot.entries({ prefix: prefixOf(me) });
    const rows = range(entries, 'a snapshot', truth, (key) => then[key]!);
    held = { snapshot, rows, calls: below(400) };
    return;
  }
  const found = new Int32Array(KEYS);
  for (const [text, value] of held.snapshot.entries({ prefix: prefixOf(me) })) {
    const { key } = parseKey(text);
    found[key] = numberOf(me, key, value);
  }
  if (found.join() !== held.rows) fault('a snapshot has moved');
  held.snapshot.close();
  held = undefined;
}

// ---- the list as a whole

const seal = (): boolean => other(() => void list.seal());

/** The oldest frozen list: its rows to where the parent reads them, then it is destroyed. */
function flush(): boolean {
  if (Atomics.compareExchange(shared, FLUSHING, 0, me + 1) !== 0) return true;
  const done = other(() => {
    const oldest = list.frozen()[0];
    if (oldest === undefined) return;
    for (const { key: text, value, tombstone } of oldest.entries({ tombstones: true })) {
      const { lane, key } = parseKey(text);
      const n = tombstone ? 0 : numberOf(lane, key, value!);
      Atomics.store(shared, DISK + lane * KEYS + key, n);
    }
    oldest.destroy();
  });
  Atomics.store(shared, FLUSHING, 0);
  return done;
}
