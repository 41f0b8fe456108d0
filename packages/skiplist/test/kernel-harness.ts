// The release kernels driven directly, without the TypeScript above them: staging, calls, results.

import arenaBytes from '../../shm-arena/build/kernel.wasm';
import listBytes from '../build/kernel.wasm';
import { OK } from '../build/numbers/arena/ground/layout.ts';
import {
  ABSENT,
  END,
  END_OPEN,
  EXISTS,
  KEYS_ONLY,
  NEED,
  NUMBERS,
  START,
  START_OPEN,
  VALUES_ONLY,
} from '../build/numbers/arena/map/codes.ts';
import { MAX_KEY } from '../build/numbers/arena/map/key.ts';
import {
  NOTHING,
  PORTION_KEY_BYTES,
  PORTION_KEYS,
  PORTION_LONG_BYTES,
} from '../build/numbers/arena/map/portion.ts';
import {
  COUNT_DONE,
  FOUND_AT,
  LARGE_BYTES,
  LARGE_HEAD,
  LARGE_KEY,
  LARGE_NUMBER,
  LARGE_VALUE,
  NEXT,
} from '../build/numbers/arena/map/result.ts';
import { SORT_BYTES } from '../build/numbers/arena/map/sort.ts';
import { COUNT, GET_OR_INSERT, RESUME, VERSIONS } from '../build/numbers/codes.ts';

// biome-ignore lint/suspicious/noExplicitAny: the exports' signatures are only known by the kernels
export type Exports = Record<string, (...args: any[]) => any>;

const arenaModule = new WebAssembly.Module(arenaBytes());
const listModule = new WebAssembly.Module(listBytes());

export { CLOSED, CONTENDED, FULL, LIMIT, OK } from '../build/numbers/arena/ground/layout.ts';
export {
  ABSENT,
  AHEAD,
  END,
  END_OPEN,
  EXISTS,
  KEYS_ONLY,
  NEED,
  PRESSURE,
  REVERSE,
  START,
  START_OPEN,
  VALUES_ONLY,
} from '../build/numbers/arena/map/codes.ts';
export {
  COUNT,
  DELETE,
  GET_OR_INSERT,
  INSERT,
  RESUME,
  SET,
  TOMBSTONES,
  VERSIONS,
} from '../build/numbers/codes.ts';

export interface Found {
  value: Uint8Array | undefined;
  seq: bigint;
  tombstone: boolean;
}

export interface Row extends Found {
  key: Uint8Array;
}

export interface Target {
  target: number;
  seq: bigint;
}

export const NEWEST: Target = { target: 0, seq: 0n };

export interface Range {
  start?: Uint8Array;
  startOpen?: boolean;
  end?: Uint8Array;
  endOpen?: boolean;
  flags?: number;
}

export type Op = { kind: number; key: Uint8Array; value?: Uint8Array };

/** Makes a formatted memory of `pages` pages of 64 KiB. */
export function memoryOf(pages: number, participants = 8): WebAssembly.Memory {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: 65536, shared: true });
  const arena = instance(arenaModule, memory);
  const status = arena.create!(pages, participants, 0, 1, 2, 3, 4, 5, 6, 7, 8);
  if (status !== OK) throw new Error(`create: status ${status}`);
  return memory;
}

function instance(module: WebAssembly.Module, memory: WebAssembly.Memory): Exports {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
}

/** One participant and its handle on one structure. Several in one thread take turns. */
export class Seat {
  readonly arena: Exports;
  readonly list: Exports;
  readonly slot: number;
  readonly memory: WebAssembly.Memory;
  entry = -1;
  generation = 0;
  private view: DataView;
  private u8: Uint8Array;

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
    this.arena = instance(arenaModule, memory);
    this.list = instance(listModule, memory);
    this.slot = this.arena.attach!(0);
    if (this.slot < 0) throw new Error(`attach: status ${-this.slot}`);
    this.list.join!(this.slot);
    this.view = new DataView(memory.buffer);
    this.u8 = new Uint8Array(memory.buffer);
  }

  create(maxPages = 0, maxEntries = 0): number {
    const at = this.arena.scratch!() >>> 0;
    this.u8.fill(0, at, at + 256);
    this.entry = this.arena.entryClaim!(at);
    if (this.entry < 0) throw new Error(`entryClaim: status ${-this.entry}`);
    this.generation = this.arena.entryGeneration!(this.entry);
    const status = this.list.create!(this.entry, this.generation, maxPages, maxEntries);
    if (status !== OK) return status;
    return this.arena.entryPublish!(this.entry, this.generation, this.word(0));
  }

  open(other: Seat): void {
    this.entry = other.entry;
    this.generation = other.generation;
    const status = this.arena.entryJoin!(this.entry, this.generation);
    if (status !== OK) throw new Error(`entryJoin: status ${status}`);
  }

  get io(): number {
    return this.list.io!() >>> 0;
  }

  word(offset: number): number {
    return this.view.getUint32(this.io + offset, true);
  }

  long(offset: number): bigint {
    return this.view.getBigUint64(this.io + offset, true);
  }

  /** Makes room for `bytes` behind the result block. */
  room(bytes: number): void {
    const wanted = bytes + 64;
    const all = wanted + this.list.overhead!();
    if (this.arena.scratchBytes!() >= all) return;
    if (this.arena.stage!(all) === 0) throw new Error('stage: no room');
  }

  private stage(at: number, bytes: Uint8Array): number {
    this.u8.fill(0xee, at, at + align8(bytes.length)); // The kernel must not rely on padding.
    this.u8.set(bytes, at);
    return at + align8(bytes.length);
  }

  /** The five key arguments; stages a long key at `at`. */
  private key(key: Uint8Array, at: number): [number, number, number, number, number] {
    if (key.length > 16) {
      this.stage(at, key);
      return [key.length, at, 0, 0, 0];
    }
    const padded = new DataView(new ArrayBuffer(16));
    key.forEach((byte, i) => padded.setUint8(i, byte));
    const k = [0, 4, 8, 12].map((i) => padded.getUint32(i)) as [number, number, number, number];
    return [key.length, ...k];
  }

  put(kind: number, key: Uint8Array, value: Uint8Array = new Uint8Array()): number {
    this.room(align8(key.length) + align8(value.length));
    const at = this.io + 64;
    const args = this.key(key, at);
    const valueAt = at + (key.length > 16 ? align8(key.length) : 0);
    this.stage(valueAt, value);
    return this.list.put!(this.entry, this.generation, kind, ...args, valueAt, value.length);
  }

  private result(status: number): Found {
    const tombstone = (this.word(4) & 1) !== 0;
    const found = { seq: this.long(8), tombstone };
    const from = this.io + 64;
    const length = this.word(0);
    if (status !== NEED) {
      return { ...found, value: tombstone ? undefined : this.u8.slice(from, from + length) };
    }
    const value = this.pieces(this.word(FOUND_AT), false, length);
    this.list.release!();
    return { ...found, value };
  }

  /** After NEED: a key or a value, in pieces of at most 1 000 bytes. */
  private pieces(at: number, isKey: boolean, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let from = 0; from < length; from += 1000) {
      const size = Math.min(1000, length - from);
      this.list.piece!(at, isKey ? 1 : 0, from, size);
      bytes.set(this.u8.subarray(this.io + 64, this.io + 64 + size), from);
    }
    return bytes;
  }

  /** The one row that a scan with NEED found. */
  private largeRow(bare: boolean): Row {
    const [key, value, head, length, seq] = [
      ...[LARGE_KEY, LARGE_VALUE, LARGE_HEAD, LARGE_BYTES].map((at) => this.word(at)),
      this.long(LARGE_NUMBER),
    ] as [number, number, number, number, bigint];
    const tombstone = (head & NOTHING) !== 0;
    const row = {
      key: this.pieces(key, true, head & MAX_KEY),
      value: tombstone || bare ? undefined : this.pieces(value, false, length),
      seq,
      tombstone,
    };
    this.list.release!();
    return row;
  }

  getOrInsert(key: Uint8Array, value: Uint8Array): Found & { inserted: boolean } {
    const status = this.put(GET_OR_INSERT, key, value);
    if (status === OK) return { value, seq: this.long(8), tombstone: false, inserted: true };
    if (status !== EXISTS && status !== NEED) throw new Error(`getOrInsert: status ${status}`);
    return { ...this.result(status), inserted: false };
  }

  get(key: Uint8Array, of: Target = NEWEST): Found | undefined {
    this.room(align8(key.length));
    const args = this.key(key, this.io + 64);
    const status = this.list.get!(this.entry, this.generation, ...target(of), 0, ...args);
    if (status === ABSENT && this.long(8) === 0n) return undefined;
    if (status !== OK && status !== ABSENT && status !== NEED) {
      throw new Error(`get: status ${status}`);
    }
    return this.result(status);
  }

  getMany(keys: Uint8Array[], of: Target = NEWEST, outBytes = 512): (Uint8Array | undefined)[] {
    const bytes = keys.reduce((sum, key) => sum + 8 + align8(key.length), 0);
    const values: (Uint8Array | undefined)[] = [];
    while (values.length < keys.length) {
      this.room(bytes + outBytes);
      const first = this.io + 64;
      let at = first;
      const asked = Math.min(keys.length - values.length, outBytes >> 5);
      for (const key of keys.slice(values.length, values.length + asked)) {
        this.view.setUint32(at, key.length, true);
        at = this.stage(at + 8, key);
      }
      const status = this.list.getMany!(
        this.entry,
        this.generation,
        ...target(of),
        asked,
        first,
        at,
        outBytes,
      );
      if (status !== OK) throw new Error(`getMany: status ${status}`);
      const done = this.word(COUNT_DONE);
      if (done === 0) values.push(this.get(keys[values.length]!, of)?.value);
      else values.push(...this.portion(at, outBytes, done, asked, 0).map(({ value }) => value));
    }
    return values;
  }

  /** The rows of a portion in columns for `most`; VALUES_ONLY leaves of keys the last one. */
  private portion(
    out: number,
    outBytes: number,
    count: number,
    most: number,
    flags: number,
  ): Row[] {
    if (count === 0) return [];
    const bare = (flags & KEYS_ONLY) !== 0;
    const values = out + 8 * most;
    const numbers = bare ? values : values + 8 * most;
    let key = this.io + this.word(PORTION_KEYS);
    const end = key + this.word(PORTION_KEY_BYTES);
    const top = out + outBytes;
    let floor = top;
    const rows = Array.from({ length: count }, (_, i): Row => {
      const head = this.view.getUint32(out + 8 * i, true);
      const length = this.view.getUint32(out + 8 * i + 4, true);
      const keyLength = head & MAX_KEY;
      const tombstone = (head & NOTHING) !== 0;
      const there = (flags & VALUES_ONLY) === 0 || i === count - 1;
      const row: Row = {
        key: this.u8.slice(key, there ? key + keyLength : key),
        value: undefined,
        seq: (flags & NUMBERS) === 0 ? 0n : this.view.getBigUint64(numbers + 8 * i, true),
        tombstone,
      };
      if (there) key += keyLength;
      if (bare || tombstone) return row;
      let at = values + 8 * i;
      if (length > 8) {
        floor -= align8(length);
        at = this.io + this.view.getUint32(at, true);
        if (at !== floor) throw new Error('portion: a long value is not where it should be');
        const padding = this.u8.subarray(at + length, at + align8(length));
        if (padding.some((byte) => byte !== 0)) throw new Error('portion: padding is not zero');
      }
      return { ...row, value: this.u8.slice(at, at + length) };
    });
    if (key !== end) throw new Error(`portion: ${end - key} bytes more than its keys`);
    if (top - floor !== this.word(PORTION_LONG_BYTES) || floor < end) {
      throw new Error('portion: long values do not end where they should');
    }
    return rows;
  }

  writeBatch(ops: Op[]): { status: number; written: number; seq: bigint; outcomes: number[] } {
    const size = (op: Op) => 16 + align8(op.key.length) + align8(op.value?.length ?? 0);
    const bytes = ops.reduce((sum, op) => sum + size(op), 0);
    this.room(bytes + SORT_BYTES * ops.length);
    const first = this.io + 64;
    let at = first;
    const starts: number[] = [];
    for (const op of ops) {
      starts.push(at);
      this.view.setUint32(at, op.kind, true);
      this.view.setUint32(at + 4, op.key.length, true);
      this.view.setUint32(at + 8, op.value?.length ?? 0, true);
      this.view.setUint32(at + 12, 99, true);
      at = this.stage(at + 16, op.key);
      at = this.stage(at, op.value ?? new Uint8Array());
    }
    const status = this.list.writeBatch!(this.entry, this.generation, ops.length, first, at);
    const outcomes = starts.map((start) => this.view.getUint32(start + 12, true));
    return { status, written: this.word(0), seq: this.long(8), outcomes };
  }

  /** One call of `scan`; `resume`: a version's number. */
  scanOnce(of: Target, range: Range, limit: number, outBytes: number, resume = 0n) {
    const { start, end } = range;
    this.room(align8(start?.length ?? 0) + align8(end?.length ?? 0) + outBytes);
    const startAt = this.io + 64;
    const endAt = start ? this.stage(startAt, start) : startAt;
    const out = end ? this.stage(endAt, end) : endAt;
    let flags = (range.flags ?? 0) | NUMBERS;
    if (start) flags |= START | (range.startOpen ? START_OPEN : 0);
    if (end) flags |= END | (range.endOpen ? END_OPEN : 0);
    const status = this.list.scan!(
      this.entry,
      this.generation,
      ...target(of),
      flags,
      limit,
      start?.length ?? 0,
      startAt,
      end?.length ?? 0,
      endAt,
      Number(resume & 0xffff_ffffn),
      Number(resume >> 32n),
      out,
      outBytes,
    );
    if (status !== OK && status !== NEED) throw new Error(`scan: status ${status}`);
    const count = this.word(COUNT_DONE);
    const more = this.word(NEXT) === 1;
    const counts = (flags & COUNT) !== 0;
    if (status === NEED) {
      return { count, more, rows: [this.largeRow((flags & (KEYS_ONLY | COUNT)) !== 0)] };
    }
    const rows = counts
      ? this.portion(out, outBytes, Math.min(count, 1), 1, flags | KEYS_ONLY)
      : this.portion(out, outBytes, count, limit, flags);
    return { count, more, rows };
  }

  /** All rows of a range, in calls of at most `limit` rows and `outBytes` bytes. */
  scan(of: Target = NEWEST, range: Range = {}, limit = 7, outBytes = 400): Row[] {
    const rows: Row[] = [];
    let from: Range = range;
    let resume = 0n;
    for (;;) {
      const got = this.scanOnce(of, from, limit, outBytes, resume);
      rows.push(...got.rows);
      const last = got.rows.at(-1);
      if (!got.more || last === undefined) {
        if (got.more) throw new Error('scan: more, but no record to go on from');
        return rows;
      }
      const flags = range.flags ?? 0;
      if ((flags & VERSIONS) !== 0) {
        from = { ...range, start: last.key, startOpen: false, flags: flags | RESUME };
        resume = last.seq;
      } else {
        from = { ...range, start: last.key, startOpen: true };
      }
    }
  }

  count(of: Target = NEWEST, range: Range = {}, limit = 0xffff_ffff): number {
    let count = 0;
    let from: Range = { ...range, flags: (range.flags ?? 0) | COUNT };
    for (;;) {
      const got = this.scanOnce(of, from, limit, 512);
      count += got.count;
      if (!got.more) return count;
      from = { ...from, start: got.rows[0]!.key, startOpen: true };
    }
  }

  snapshot(at?: bigint): Target & { lease: number; status: number } {
    for (;;) {
      const lease = this.arena.leaseTake!();
      const status =
        at === undefined
          ? this.list.snapshot!(this.entry, this.generation)
          : this.list.snapshotAt!(
              this.entry,
              this.generation,
              Number(at & 0xffff_ffffn),
              Number(at >> 32n),
            );
      const found = { target: this.word(0), seq: this.long(8), lease, status };
      if (status !== OK || this.arena.leaseHold!(lease)) return found;
      this.arena.leaseDrop!(lease);
    }
  }

  drop(snapshot: { lease: number }): void {
    this.arena.leaseDrop!(snapshot.lease);
  }

  seal(): number {
    const status = this.list.seal!(this.entry, this.generation);
    if (status !== OK) throw new Error(`seal: status ${status}`);
    return this.word(0);
  }

  lists(): { id: number; frozen: boolean }[] {
    this.room(8 * 32);
    const out = this.io + 64;
    const status = this.list.lists!(this.entry, this.generation, out);
    if (status !== OK) throw new Error(`lists: status ${status}`);
    return Array.from({ length: this.word(0) }, (_, i) => ({
      id: this.view.getUint32(out + 8 * i, true),
      frozen: this.view.getUint32(out + 8 * i + 4, true) === 1,
    }));
  }

  destroyList(id: number): number {
    return this.list.destroyList!(this.entry, this.generation, id);
  }

  stats(id = 0) {
    const status = this.list.stats!(this.entry, this.generation, id);
    if (status !== OK) throw new Error(`stats: status ${status}`);
    return {
      lists: this.word(0),
      pages: this.word(4),
      versions: Number(this.long(8)),
      live: Number(this.view.getBigInt64(this.io + 16, true)),
      seq: this.long(24),
      height: this.word(32),
      active: this.word(36),
    };
  }

  /** What the audit finds wrong, or ''. */
  audit(): string {
    const status = this.list.audit!(this.entry, this.generation);
    if (status === OK) return '';
    return `check ${status - 64}: list ${this.word(0)}, node ${this.word(4)}, found ${this.long(
      8,
    )}, expected ${this.long(16)}`;
  }

  /** What the arena's own walk finds wrong. */
  verify(): number {
    this.room(1024);
    return this.arena.verify!(this.io + 64, 1024) >>> 0;
  }

  usedPages(): number {
    this.room(128);
    const at = this.io + 64;
    this.arena.stats!(at);
    return this.view.getUint32(at, true) - this.view.getUint32(at + 8, true) / 16; // In slices.
  }
}

function align8(bytes: number): number {
  return (bytes + 7) & ~7;
}

function target({ target, seq }: Target): [number, number, number] {
  return [target, Number(seq & 0xffff_ffffn), Number(seq >> 32n)];
}
