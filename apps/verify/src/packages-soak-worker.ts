// One lane of the soak of the packages: random calls on its own keys and blocks, and on the list
// as a whole, each written down before and after. It knows what its keys must be, and looks.

import { workerData } from 'node:worker_threads';
import { Arena, ShmError } from '@x/shm-arena';
import { utf8 } from '@x/shm-arena/codec';
import { SkipList, type SkipListSnapshot } from '@x/skiplist';
import {
  ALLOC,
  apply,
  BATCH,
  BEGUN,
  batchOf,
  COMMAND,
  DELETE,
  DISK,
  DONE,
  FLUSHING,
  FREE,
  GET_OR_INSERT,
  GO,
  INSERT,
  INSERTS_MOST,
  KEYS,
  keyOf,
  numberOf,
  OTHER,
  PARK,
  PARKED,
  parseKey,
  prefixOf,
  QUIT,
  RECORD,
  RECORDS,
  RECOVER,
  REFUSED,
  RUNNING,
  SET,
  type Seat,
  STATE,
  stamp,
  valueFor,
  whole,
} from './packages-soak-protocol.ts';
import { Random } from './random.ts';

const seat = workerData as Seat;
const { lane: me, truth, blocks } = seat;
const control = new Int32Array(seat.control);
const journal = new Int32Array(seat.journal);
const shared = new Int32Array(seat.shared);
const memory = new Int32Array(seat.arena.memory.buffer);
const random = new Random(seat.seed);
const below = (n: number): number => random.below(n);
const options = { name: seat.list, value: utf8, maxBytes: seat.maxBytes };

let next = seat.next;
let arena = Arena.attach(seat.arena);
let list = SkipList.openOrCreate<string, string>(arena, options);
let held: { snapshot: SkipListSnapshot<string, string>; rows: string; calls: number } | undefined;

// ---- the journal

/** Calls; a refusal is a result, anything else that is thrown ends this worker. */
function call(
  op: number,
  [at, n, size]: readonly [number, number, number],
  body: (record: Int32Array) => number,
): boolean {
  const index = control[BEGUN]!;
  const record = journal.subarray(index * RECORD, (index + 1) * RECORD);
  record.set([op, at, n, size, 0]);
  Atomics.store(control, BEGUN, index + 1);
  let result: number;
  try {
    result = body(record);
  } catch (error) {
    const code = error instanceof ShmError ? error.code : '';
    if (code !== 'ARENA_FULL' && code !== 'LIMIT_REACHED') throw error;
    result = REFUSED;
  }
  record[4] = result;
  Atomics.store(control, DONE, index + 1);
  apply(record, truth, blocks);
  return result !== REFUSED;
}

const other = (body: () => void): boolean =>
  call(OTHER, [0, 0, 0], () => {
    body();
    return 0;
  });

function fault(text: string): never {
  throw new Error(`lane ${me}: ${text}`);
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
  const n = next++;
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
  const n = next;
  next += count;
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

// ---- the arena

const SIZES = [16, 40, 100, 256, 1000, 5000, 20_000];

function allocate(): boolean {
  const bytes = below(60) === 0 ? 40_000 + below(200_000) : SIZES[below(SIZES.length)]!;
  const n = next++;
  return call(ALLOC, [0, n, bytes], (record) => {
    const at = arena.alloc(bytes);
    record[1] = at | 0;
    stamp(memory, at, { bytes, stamp: n });
    return 0;
  });
}

function release(): boolean {
  const at = [...blocks.keys()][below(blocks.size)]!;
  if (!whole(memory, at, blocks.get(at)!)) fault(`the block at ${at} was written by another`);
  return call(FREE, [at | 0, 0, 0], () => {
    arena.free(at);
    return 0;
  });
}

function region(): boolean {
  return other(() => {
    const own = arena.region({ budget: 2 ** 18 });
    const close = below(64) > 0; // Else it ends with this thread.
    try {
      own.alloc(1 + below(50_000));
      const mark = own.checkpoint();
      own.alloc(1 + below(100_000), 64);
      own.rewind(mark);
      own.alloc(100);
    } finally {
      if (close) own.close();
    }
  });
}

function leave(): void {
  held?.snapshot.close();
  held = undefined;
  list.close();
  arena.detach();
}

/** Leaves the arena and comes back. */
function again(): boolean {
  return other(() => {
    leave();
    arena = Arena.attach(seat.arena);
    list = SkipList.openOrCreate<string, string>(arena, options);
  });
}

// ---- the loop

function step(): boolean {
  if (held !== undefined && --held.calls < 0) return other(() => holdOrCheck());
  const draw = below(64);
  if (draw < 24) return write(draw);
  if (draw < 32) return batch();
  if (draw < 40) return reads(below(8) > 0 ? below(2) : below(6));
  if (draw < 48 || blocks.size === 0) return blocks.size < 150 ? allocate() : release();
  if (draw < 56) return release();
  if (draw < 58) return region();
  if (draw < 60) return below(12) > 0 || seal();
  if (draw < 62) return below(4) > 0 || flush();
  return below(60) > 0 || again();
}

function loop(): void {
  Atomics.store(control, STATE, RUNNING);
  for (;;) {
    if (Atomics.load(control, RECOVER) === 1) {
      other(() => void arena.recover());
      Atomics.compareExchange(control, RECOVER, 1, 2);
    }
    const command = Atomics.load(control, COMMAND);
    if (command === QUIT) break;
    if (command === PARK || control[BEGUN]! > RECORDS - 8) {
      Atomics.store(control, STATE, PARKED);
      if (command === PARK) Atomics.wait(control, COMMAND, PARK);
      else Atomics.wait(control, COMMAND, GO, 5);
      if (Atomics.load(control, COMMAND) === GO) Atomics.store(control, STATE, RUNNING);
    } else if (!step()) {
      // The list is at its limit, or the arena is full.
      if (!seal() || below(2) === 0) flush();
    }
  }
  leave();
}

loop();
