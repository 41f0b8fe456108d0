// Writing key by key: the calls of a kernel that makes each write one atomic step.

import { ABSENT, EXISTS, NEED } from '../../build/numbers/map/codes.ts';
import {
  COMPARE,
  COMPARE_REMOVE,
  GET_OR_INSERT,
  INSERT,
  REMOVE,
  REPLACE,
  SET,
  SWAP,
  TAKE,
} from '../../build/numbers/map/kinds.ts';
import { describe, functionOf, iterableOf, typeError } from '../ground/errors.ts';
import { Status } from '../ground/kernel.ts';
import type { KeyArgs, MapArgs, MapCore, MapKernel, ValueArgs } from './core.ts';
import { ENTRY_HEAD, type Pack, putHead, putMany } from './many.ts';
import type { MapReader } from './reader.ts';

const { OK } = Status;

/** What the kernel of such a map exports. */
export interface WritableKernel extends MapKernel {
  /** One write of a kind; the second value is the expected one. A status. */
  put(...call: [...MapArgs, kind: number, ...KeyArgs, ...ValueArgs, ...ValueArgs]): number;
  /**
   * If it has one: writes of one kind, of `count` entries that are staged at `at` as many.ts says,
   * one after the other. Puts what each has said at `out`; the result is how many. OK, or why there
   * are not more of them.
   */
  putMany?(...call: [...MapArgs, kind: number, count: number, at: number, out: number]): number;
}

/** The kernel's numbers of its kinds of writes, and what it answers beside the arena's statuses. */
export interface WriteKinds {
  /** OK. */
  readonly set: number;
  /** OK, EXISTS. */
  readonly insert: number;
  /** OK, ABSENT. */
  readonly replace: number;
  /** OK, ABSENT. */
  readonly remove: number;
  /** OK, DIFFERS, also where there is none. */
  readonly compare: number;
  /** OK, DIFFERS, also where there is none. */
  readonly compareRemove: number;
  /** The value that was there is the result; ABSENT: there was none, and it was written. */
  readonly swap: number;
  /** The value that was there is the result; ABSENT. */
  readonly take: number;
  /** OK: written; EXISTS, NEED: the value that is there is the result. */
  readonly getOrInsert: number;
}

/** Of kernels that take them from map/kinds.ts. */
export const KINDS: WriteKinds = {
  set: SET,
  insert: INSERT,
  replace: REPLACE,
  remove: REMOVE,
  compare: COMPARE,
  compareRemove: COMPARE_REMOVE,
  swap: SWAP,
  take: TAKE,
  getOrInsert: GET_OR_INSERT,
};

/** Writes what `reader` reads. */
export class Writer<K, V> {
  private readonly reader: MapReader<MapCore<WritableKernel, K, V>, K, V>;
  private readonly kinds: WriteKinds;

  constructor(reader: MapReader<MapCore<WritableKernel, K, V>, K, V>, kinds: WriteKinds) {
    this.reader = reader;
    this.kinds = kinds;
  }

  set(key: K, value: V): void {
    const { kinds } = this;
    const status = this.tryPut(kinds.set, key, value);
    if (status !== OK) this.finish(status, kinds.set, key, value, 'set');
  }

  swap(key: K, value: V): V | undefined {
    return this.found(this.put(this.kinds.swap, key, value, 'swap'));
  }

  insert(key: K, value: V, what = 'insert'): boolean {
    return this.put(this.kinds.insert, key, value, what) === OK;
  }

  replace(key: K, value: V): boolean {
    return this.put(this.kinds.replace, key, value, 'replace') === OK;
  }

  delete(key: K): boolean {
    return this.remove(this.kinds.remove, key, 'delete') === OK;
  }

  take(key: K): V | undefined {
    return this.found(this.remove(this.kinds.take, key, 'take'));
  }

  compareAndSet(key: K, expected: V | undefined, next: V): boolean {
    if (expected === undefined) return this.insert(key, next);
    return this.compare(this.kinds.compare, key, this.encoded(expected), next, 'compareAndSet');
  }

  compareAndDelete(key: K, expected: V): boolean {
    const kind = this.kinds.compareRemove;
    return this.compare(kind, key, this.encoded(expected), undefined, 'compareAndDelete');
  }

  getOrInsert(key: K, value: V): V {
    const status = this.put(this.kinds.getOrInsert, key, value, 'getOrInsert');
    if (status !== EXISTS && status !== NEED) return value;
    return this.reader.core.readResult(status);
  }

  getOrInsertComputed(key: K, fn: (key: K) => V): V {
    functionOf('fn', fn);
    const found = this.reader.get(key, 0);
    return found === undefined ? this.getOrInsert(key, fn(key)) : found;
  }

  update(key: K, fn: (old: V | undefined) => V | undefined): V | undefined {
    functionOf('fn', fn);
    const { reader } = this;
    const { core } = reader;
    for (;;) {
      const status = core.ask('update', () => reader.tryGet(key, 0));
      const old = status === ABSENT ? undefined : core.resultBytes(status);
      const next = fn(old && core.valuePort.read(old, 0, old.length));
      if (this.lands(key, old, next)) return next;
    }
  }

  setMany(entries: Iterable<readonly [K, V]>): void {
    this.putPairs(this.kinds.set, entries, 'set');
  }

  insertMany(entries: Iterable<readonly [K, V]>): boolean[] {
    return this.putPairs(this.kinds.insert, entries, 'insert').map((status) => status === OK);
  }

  deleteMany(keys: Iterable<K>): number {
    const { remove } = this.kinds;
    const pack: Pack<K, K, V> = ({ crossing, keyPort }, key) => {
      putHead(crossing, keyPort.append(key, ENTRY_HEAD), keyPort.length, 0);
    };
    const one = (key: K) => this.remove(remove, key, 'delete');
    return this.putEach('keys', keys, remove, pack, one).filter((status) => status === OK).length;
  }

  /** Writes entries: what each write has said. */
  private putPairs(kind: number, entries: Iterable<readonly [K, V]>, what: string): number[] {
    const pack: Pack<readonly [K, V], K, V> = ({ crossing, keyPort, valuePort }, entry, at) => {
      const [key, value] = pairOf(entry, at);
      const head = keyPort.append(key, ENTRY_HEAD);
      const { length } = keyPort;
      valuePort.append(value);
      putHead(crossing, head, length, valuePort.length);
    };
    const one = (entry: readonly [K, V], at: number): number => {
      const [key, value] = pairOf(entry, at);
      return this.put(kind, key, value, what);
    };
    return this.putEach('entries', entries, kind, pack, one);
  }

  private putEach<T>(
    name: string,
    given: Iterable<T>,
    kind: number,
    pack: Pack<T, K, V>,
    one: (each: T, at: number) => number,
  ): number[] {
    const { reader } = this;
    reader.checkAll();
    const { kernel, entry, generation } = reader.core;
    const call = (count: number, at: number, out: number) => {
      reader.check();
      return kernel.putMany!(entry, generation, kind, count, at, out);
    };
    // A copy: encoding one may run user code that changes them.
    const all = [...iterableOf(name, given)];
    return putMany(reader.core, all, kernel.putMany && call, pack, one);
  }

  /** Writes what `update` made of a value, unless another one has taken its place. */
  private lands(key: K, old: Uint8Array | undefined, next: V | undefined): boolean {
    const { compare, compareRemove } = this.kinds;
    if (old === undefined) return next === undefined || this.insert(key, next, 'update');
    return this.compare(next === undefined ? compareRemove : compare, key, old, next, 'update');
  }

  // ── Calls of the kernel ────────────────────────────────────────────────────────────────────────

  /** The value that a call has found. */
  private found(status: number): V | undefined {
    return status === ABSENT ? undefined : this.reader.core.readResult(status);
  }

  private put(kind: number, key: K, value: V, what: string): number {
    const status = this.tryPut(kind, key, value);
    return status === OK ? OK : this.finish(status, kind, key, value, what);
  }

  /** Goes on after a status that is not OK. */
  private finish(first: number, kind: number, key: K, value: V, what: string): number {
    return this.reader.core.finish(first, () => this.tryPut(kind, key, value), what);
  }

  private tryPut(kind: number, key: K, value: V): number {
    const { reader } = this;
    reader.check();
    const { kernel, entry, generation, keyPort, valuePort } = reader.core;
    valuePort.pack(value);
    keyPort.pack(key); // This may move the value.
    return kernel.put(
      entry,
      generation,
      kind,
      keyPort.length,
      keyPort.k0,
      keyPort.k1,
      keyPort.k2,
      keyPort.k3,
      valuePort.at,
      valuePort.length,
      0,
      0,
    );
  }

  private remove(kind: number, key: K, what: string): number {
    const { reader } = this;
    const { kernel, entry, generation } = reader.core;
    return reader.core.ask(what, () => {
      const { length, k0, k1, k2, k3 } = reader.begin(key);
      return kernel.put(entry, generation, kind, length, k0, k1, k2, k3, 0, 0, 0, 0);
    });
  }

  /** The bytes of a value that is expected. */
  private encoded(expected: V): Uint8Array {
    const { reader } = this;
    reader.check();
    return reader.core.encoded(expected);
  }

  /** Writes `next`, or removes the entry, where the value has just the bytes `expected`. */
  private compare(
    kind: number,
    key: K,
    expected: Uint8Array,
    next: V | undefined,
    what: string,
  ): boolean {
    const call = () => this.tryCompare(kind, key, expected, next);
    return this.reader.core.ask(what, call) === OK;
  }

  private tryCompare(kind: number, key: K, expected: Uint8Array, next: V | undefined): number {
    const { reader } = this;
    reader.check();
    const { kernel, crossing, entry, generation, keyPort, valuePort } = reader.core;
    const removes = kind === this.kinds.compareRemove;
    if (removes) crossing.begin();
    else valuePort.pack(next as V);
    const at = crossing.put(expected, 0, expected.length);
    keyPort.pack(key); // This may move all that is packed.
    return kernel.put(
      entry,
      generation,
      kind,
      keyPort.length,
      keyPort.k0,
      keyPort.k1,
      keyPort.k2,
      keyPort.k3,
      removes ? 0 : valuePort.at,
      removes ? 0 : valuePort.length,
      (crossing.at + at) | 0,
      expected.length,
    );
  }
}

/** Checks an entry of many. */
export function pairOf<K, V>(entry: readonly [K, V], at: number): readonly [K, V] {
  if (Array.isArray(entry)) return entry as readonly [K, V];
  const found = describe(entry);
  throw typeError(`\`entries\`: expected pairs of key and value, found ${found} at ${at}`);
}
