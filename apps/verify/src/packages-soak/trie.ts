// A worker's calls of @x/masstree: on its own keys, on the map as a whole, and on one that it
// loads.

import { Masstree, type MasstreeSnapshot } from '@x/masstree';
import type { Arena } from '@x/shm-arena';
import { utf8 } from '@x/shm-arena/codec';
import {
  IN_TRIE,
  KEYS,
  keyOf,
  loaded,
  loadOf,
  parseKey,
  prefixOf,
  TRIE_DELETE,
  TRIE_DELETE_RANGE,
  TRIE_INSERT,
  TRIE_LOAD,
  TRIE_SET,
  TRIE_SET_MANY,
  trieNumberOf,
  trieValueFor,
} from './protocol.ts';
import { below, call, fault, me, numbers, other, seat, truth } from './seat.ts';

let arena: Arena;
let trie: Masstree<string, string>;
let held: { snapshot: MasstreeSnapshot<string, string>; rows: string; calls: number } | undefined;

export function open(entered: Arena): void {
  arena = entered;
  trie = Masstree.openOrCreate<string, string>(arena, { name: seat.trie, value: utf8 });
}

export function close(): void {
  held?.snapshot.close();
  held = undefined;
  trie.close();
}

/** Some call; a full arena is no matter here. */
export function step(): void {
  if (held !== undefined && --held.calls < 0) {
    other(() => holdOrCheck());
    return;
  }
  const draw = below(64);
  if (draw < 32) write(draw);
  else if (draw < 37) setMany();
  else if (draw < 40) deleteRange();
  else if (draw < 42) load();
  else if (draw < 44) other(() => void trie.maintain(1 + below(30)));
  else other(() => reads(below(8) > 0 ? below(2) : 2 + below(5)));
}

// ---- what must be there

const truthOf = (key: number): number => truth[IN_TRIE + key]!;

const read = (key: number, value: string | undefined): number =>
  value === undefined ? 0 : trieNumberOf(me, key, value);

function mustBe(what: string, key: number, value: string | undefined, want = truthOf(key)): void {
  const found = read(key, value);
  if (found !== want)
    fault(`${what} of ${keyOf(me, key)} gives number ${found}, written was ${want}`);
}

// ---- writing

function write(draw: number): void {
  const key = below(KEYS);
  const name = keyOf(me, key);
  const n = numbers();
  const value = trieValueFor(me, key, n);
  const at = [IN_TRIE + key, n, 0] as const;
  const was = truthOf(key);
  if (draw < 14)
    call(TRIE_SET, at, () => {
      if (draw < 6) trie.set(name, value);
      else if (draw < 9) mustBe('swap', key, trie.swap(name, value));
      else if (draw < 12) update(key, name, value);
      else {
        const expected = was === 0 ? undefined : trieValueFor(me, key, was);
        if (!trie.compareAndSet(name, expected, value)) fault(`${name} is not what was written`);
      }
      return 0;
    });
  else if (draw < 24)
    call(TRIE_DELETE, at, () => {
      if (draw < 19 && trie.delete(name) !== (was !== 0)) fault(`delete of ${name}: ${was}`);
      if (draw >= 19) mustBe('take', key, trie.take(name));
      return 0;
    });
  else
    call(TRIE_INSERT, at, () => {
      const inserted = draw < 28 ? trie.insert(name, value) : goi(key, name, value);
      if (inserted !== (was === 0)) fault(`insert of ${name}: ${inserted}, there was ${was}`);
      return inserted ? 1 : 0;
    });
}

function goi(key: number, name: string, value: string): boolean {
  const found = trie.getOrInsert(name, value);
  if (found === value) return true;
  mustBe('getOrInsert', key, found);
  return false;
}

function update(key: number, name: string, value: string): void {
  trie.update(name, (old) => {
    mustBe('update', key, old);
    return value;
  });
}

/** How many keys in a row from one on. */
const run = (key: number): number => 1 + below(Math.min(60, KEYS - key));

function setMany(): void {
  const key = below(KEYS);
  const count = run(key);
  const n = numbers(count);
  call(TRIE_SET_MANY, [IN_TRIE + key, n, count], () => {
    const keys = Array.from({ length: count }, (_, i) => key + i);
    trie.setMany(keys.map((k, i) => [keyOf(me, k), trieValueFor(me, k, n + i)]));
    return 0;
  });
}

function deleteRange(): void {
  const key = below(KEYS);
  const count = run(key);
  call(TRIE_DELETE_RANGE, [IN_TRIE + key, 0, count], () => {
    const there = truth.subarray(IN_TRIE + key, IN_TRIE + key + count).filter((n) => n !== 0);
    const range = { gte: keyOf(me, key), lte: keyOf(me, key + count - 1) };
    const removed = trie.deleteRange(range);
    if (removed !== there.length) fault(`deleteRange removes ${removed}, not ${there.length}`);
    return 0;
  });
}

/** Into a map of its own, which is destroyed behind that. */
function load(): void {
  const count = 1 + below(KEYS);
  const n = numbers(count);
  call(TRIE_LOAD, [IN_TRIE, n, count], () => {
    const name = loadOf(seat.trie, me);
    const own = Masstree.openOrCreate<string, string>(arena, { name, value: utf8 });
    try {
      const entries = loaded(me, n, count);
      own.bulkLoad(entries);
      if (own.size !== count) fault(`${own.size} of ${count} were loaded`);
      const key = below(count);
      mustBe('a load', key, own.get(entries[key]![0]), n + key);
      if ([...own].join() !== entries.join()) fault('what was loaded is not there');
    } finally {
      own.destroy();
    }
    return 0;
  });
}

// ---- reading

function reads(draw: number): void {
  const key = below(KEYS);
  if (draw === 0) mustBe('get', key, trie.get(keyOf(me, key)));
  else if (draw === 1) {
    const keys = Array.from({ length: 20 }, (_, i) => (key + i) % KEYS);
    const values = trie.getMany(keys.map((k) => keyOf(me, k)));
    for (const [i, k] of keys.entries()) mustBe('getMany', k, values[i]);
  } else if (draw === 2) rowsOf(trie, truth);
  else if (draw === 3) {
    let last = '\uffff';
    trie.scan({ reverse: true, limit: 300 }, (text, value) => {
      if (text >= last) fault(`a scan goes from ${last} back to ${text}`);
      last = text;
      const { lane, key: k } = parseKey(text);
      trieNumberOf(lane, k, value);
    });
  } else if (draw === 4) {
    const there = truth.subarray(IN_TRIE, IN_TRIE + KEYS).filter((n) => n !== 0).length;
    const counted = trie.count({ prefix: prefixOf(me) });
    if (counted !== there) fault(`${counted} keys are counted, ${there} were written`);
  } else if (draw === 5) neighbours(key);
  else holdOrCheck();
}

/** The lane's key that is next at or above one, and at or below. */
function neighbours(key: number): void {
  let up = key;
  while (up < KEYS && truthOf(up) === 0) up++;
  const above = trie.ceiling(keyOf(me, key))?.[0];
  if (up < KEYS && above !== keyOf(me, up)) fault(`ceiling of ${key} is ${above}, not ${up}`);
  let down = key;
  while (down >= 0 && truthOf(down) === 0) down--;
  const beneath = trie.floor(keyOf(me, key))?.[0];
  if (down >= 0 && beneath !== keyOf(me, down)) fault(`floor of ${key} is ${beneath}, not ${down}`);
}

/** This lane's entries as text; with `want` they must be those. */
function rowsOf(
  from: Masstree<string, string> | MasstreeSnapshot<string, string>,
  want?: Int32Array,
): string {
  const found = new Int32Array(KEYS);
  let before = '';
  for (const [text, value] of from.entries({ prefix: prefixOf(me) })) {
    if (text <= before) fault(`entries of the Masstree go from ${before} to ${text}`);
    before = text;
    const { key } = parseKey(text);
    found[key] = trieNumberOf(me, key, value);
  }
  for (let key = 0; want !== undefined && key < KEYS; key++) {
    if (found[key] !== want[IN_TRIE + key])
      fault(`entries have number ${found[key]} of ${keyOf(me, key)}, not ${want[IN_TRIE + key]}`);
  }
  return found.join();
}

/** Takes a snapshot and keeps it; later looks whether it is as it was. */
function holdOrCheck(): void {
  if (held === undefined) {
    const snapshot = trie.snapshot();
    held = { snapshot, rows: rowsOf(snapshot, truth), calls: below(300) };
    return;
  }
  if (rowsOf(held.snapshot) !== held.rows) fault('a snapshot of the Masstree has moved');
  held.snapshot.close();
  held = undefined;
}
