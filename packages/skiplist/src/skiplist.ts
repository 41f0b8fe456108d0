// The list itself: writing, sealing, and what opens and ends it. Reading is in view.ts.

import type { Arena, Codec } from '@x/shm-arena';
import { codecsOf, mapType, NUMBERS, owned, READER } from '@x/shm-arena/map';
import {
  attachStructure,
  counts,
  createStructure,
  describe,
  functionOf,
  type Members,
  type Membership,
  openOrCreateStructure,
  openStructure,
  optionsOf,
  PAGE_BYTES,
  rangeError,
  Status,
  typeError,
  wholeNumber,
} from '@x/shm-arena/structure';
import { ANSWER, FOUND_NUMBER } from '../build/numbers/arena/map/result.ts';
import type * as api from './api.ts';
import { writeBatch } from './batch.ts';
import { Core } from './core.ts';
import { Frozen } from './frozen.ts';
import {
  ABSENT,
  DIFFERS,
  EXISTS,
  Kind,
  kernelBytes,
  type ListKernel,
  MAX_LISTS,
  NEED,
  OWN,
  PRESSURE,
  STATS_ACTIVE,
  STATS_LAST,
  STATS_LISTS,
  TYPE,
} from './kernel.ts';
import { measure } from './scan.ts';
import { loadSnapshot, Snapshot } from './snapshot.ts';
import { listStats, readStats, tryStats } from './stats.ts';
import { ListReader, ListView } from './view.ts';

const { OK } = Status;

const SKIP_LIST = mapType<ListKernel>({
  type: TYPE,
  own: OWN,
  kernel: kernelBytes,
  problem: ({ check, entry, at, node }) =>
    `${TYPE} ${entry}: invariant ${check} fails at node ${node} of list ${at}`,
});

export class List<K, V>
  extends owned(ListView)<ListReader<K, V>, K, V>
  implements api.SkipList<K, V>
{
  readonly #onPressure: ((pressure: api.Pressure) => void) | undefined;
  /** The active list that `onPressure` was told about last. */
  #pressedList = 0;

  constructor(member: Membership<ListKernel>, options: api.SkipListOpenOptions<K, V>) {
    const { key, value } = codecsOf(options);
    super(new ListReader(new Core(member, key, value), 0, 0, 0));
    this.#onPressure = options.onPressure;
  }

  /** Bundlers rename classes. */
  static override get name(): string {
    return TYPE;
  }

  static create<K, V>(arena: Arena, options: api.SkipListOptions<K, V> = {}): List<K, V> {
    return new List(createStructure(arena, SKIP_LIST, described(options), build(options)), options);
  }

  static open<K, V>(
    arena: Arena,
    name: string,
    options: api.SkipListOpenOptions<K, V> = {},
  ): List<K, V> {
    return new List(openStructure(arena, SKIP_LIST, name, codecs(options)), options);
  }

  static openOrCreate<K, V>(
    arena: Arena,
    options: api.SkipListOptions<K, V> & { name: string },
  ): List<K, V> {
    const description = { ...described(options), name: options.name };
    return new List(openOrCreateStructure(arena, SKIP_LIST, description, build(options)), options);
  }

  static attach<K, V>(
    arena: Arena,
    handle: api.SkipListHandle,
    options: api.SkipListOpenOptions<K, V> = {},
  ): List<K, V> {
    return new List(attachStructure(arena, SKIP_LIST, handle, codecs(options)), options);
  }

  static override [Symbol.hasInstance](value: unknown): value is api.SkipList<unknown, unknown> {
    return Function.prototype[Symbol.hasInstance].call(List, value);
  }

  override get [Symbol.toStringTag](): string {
    return TYPE;
  }

  protected override [NUMBERS](): object {
    const { core } = this[READER];
    if (tryStats(core, 0) !== OK) return {};
    const lists = core.result(STATS_LISTS);
    const { entries, live } = readStats(core);
    // Of several lists it would take a walk to tell how many keys have a value.
    return lists === 1 ? { size: live } : { versions: entries, lists };
  }

  // ── Writing ────────────────────────────────────────────────────────────────────────────────────

  set(key: K, value: V): this {
    const status = this.#tryPut(Kind.set, key, value);
    if (status !== OK) this.#finishPut(status, Kind.set, key, value, 'set');
    return this;
  }

  insert(key: K, value: V): boolean {
    const status = this.#tryPut(Kind.insert, key, value);
    if (status === OK) return true;
    return this.#finishPut(status, Kind.insert, key, value, 'insert') !== EXISTS;
  }

  delete(key: K): boolean {
    const { core } = this[READER];
    const first = this.#tryDelete(key);
    const status = first === OK ? OK : core.finish(first, () => this.#tryDelete(key), 'delete');
    const found = core.result(ANSWER) === 1;
    if (status !== OK) this.#pressed();
    return found;
  }

  getOrInsert(key: K, value: V): V {
    let status = this.#tryPut(Kind.getOrInsert, key, value);
    if (status !== OK) {
      status = this.#finishPut(status, Kind.getOrInsert, key, value, 'getOrInsert');
    }
    return status === EXISTS || status === NEED ? this[READER].core.readResult(status) : value;
  }

  getOrInsertComputed(key: K, compute: (key: K) => V): V {
    functionOf('compute', compute);
    const found = this.get(key);
    return found === undefined ? this.getOrInsert(key, compute(key)) : found;
  }

  compareAndSet(key: K, expected: V | undefined, next: V): boolean {
    if (expected === undefined) return this.insert(key, next);
    const call = () => this.#tryCompare(key, expected, next);
    const status = this[READER].core.ask('compareAndSet', call);
    if (status === (OK | PRESSURE)) this.#pressed();
    return status !== DIFFERS;
  }

  update(key: K, compute: (old: V | undefined) => V | undefined): V | undefined {
    functionOf('compute', compute);
    const reader = this[READER];
    const { core } = reader;
    for (;;) {
      const found = core.ask('update', () => reader.tryGet(key, 0));
      // Before anything decodes: user code may call the list.
      const seqLow = core.result(FOUND_NUMBER);
      const seqHigh = core.result(FOUND_NUMBER + 4);
      const next = compute(found === ABSENT ? undefined : core.readResult(found));
      if (next === undefined && found === ABSENT) return undefined;
      const call = () => this.#tryMatch(key, next, seqLow, seqHigh);
      const status = core.ask('update', call);
      if (status === (OK | PRESSURE)) this.#pressed();
      if (status !== DIFFERS) return next;
    }
  }

  writeBatch(operations: Iterable<api.BatchOperation<K, V>>): api.BatchResult {
    const reader = this[READER];
    reader.check();
    return writeBatch(reader.core, operations, () => this.#pressed());
  }

  #tryPut(kind: number, key: K, value: V): number {
    const reader = this[READER];
    reader.check();
    const { kernel, entry, generation, keyPort, valuePort } = reader.core;
    valuePort.pack(value);
    keyPort.pack(key);
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
    );
  }

  #tryCompare(key: K, expected: V, next: V): number {
    const reader = this[READER];
    reader.check();
    const { kernel, crossing, entry, generation, keyPort, valuePort } = reader.core;
    const bytes = reader.core.encoded(expected);
    valuePort.pack(next);
    const at = crossing.put(bytes, 0, bytes.length);
    keyPort.pack(key);
    return kernel.putIf(
      entry,
      generation,
      Kind.compare,
      keyPort.length,
      keyPort.k0,
      keyPort.k1,
      keyPort.k2,
      keyPort.k3,
      valuePort.at,
      valuePort.length,
      (crossing.at + at) | 0,
      bytes.length,
    );
  }

  /** Writes `next`, or a tombstone, if the newest version still has that number. */
  #tryMatch(key: K, next: V | undefined, seqLow: number, seqHigh: number): number {
    const reader = this[READER];
    reader.check();
    const { kernel, crossing, entry, generation, keyPort, valuePort } = reader.core;
    if (next === undefined) crossing.begin();
    else valuePort.pack(next);
    keyPort.pack(key);
    return kernel.putIf(
      entry,
      generation,
      next === undefined ? Kind.matchDelete : Kind.match,
      keyPort.length,
      keyPort.k0,
      keyPort.k1,
      keyPort.k2,
      keyPort.k3,
      next === undefined ? 0 : valuePort.at,
      next === undefined ? 0 : valuePort.length,
      seqLow,
      seqHigh,
    );
  }

  #tryDelete(key: K): number {
    const reader = this[READER];
    const { kernel, entry, generation } = reader.core;
    const { length, k0, k1, k2, k3 } = reader.begin(key);
    return kernel.put(entry, generation, Kind.delete, length, k0, k1, k2, k3, 0, 0);
  }

  /** Goes on after a status that is not OK, and tells of pressure. */
  #finishPut(first: number, kind: number, key: K, value: V, what: string): number {
    const status = this[READER].core.finish(first, () => this.#tryPut(kind, key, value), what);
    if (status === (OK | PRESSURE)) this.#pressed();
    return status;
  }

  /** A write found the active list nearly full: tells the handle's owner, once a list. */
  #pressed(): void {
    if (this.#onPressure === undefined) return;
    const { core } = this[READER];
    // The write has landed: where the list is gone by now, there is no pressure to tell of.
    if (tryStats(core, 0) !== OK) return;
    const id = core.result(STATS_ACTIVE);
    if (id === this.#pressedList || tryStats(core, id) !== OK) return;
    const { bytes, maxBytes, entries, maxEntries } = readStats(core);
    this.#pressedList = id;
    this.#onPressure({ bytes, maxBytes, entries, maxEntries });
  }

  // ── Lists ──────────────────────────────────────────────────────────────────────────────────────

  snapshot(): api.SkipListSnapshot<K, V> {
    this[READER].check();
    return this.#takeSnapshot(undefined);
  }

  snapshotAt(seq: bigint): api.SkipListSnapshot<K, V> {
    this[READER].check();
    if (typeof seq !== 'bigint') throw typeError(`seq: expected a bigint, found ${describe(seq)}`);
    if (seq < 0n || seq >= 1n << 63n) {
      throw rangeError(`seq: expected a sequence number, found ${seq}n`);
    }
    return this.#takeSnapshot(seq);
  }

  #takeSnapshot(at: bigint | undefined): Snapshot<K, V> {
    const { core } = this[READER];
    return core.snapshots.take(
      () => loadSnapshot(core, at),
      (letGo) => new Snapshot(core, letGo),
    );
  }

  seal(): api.FrozenSkipList<K, V> {
    const { core } = this[READER];
    core.askMap('seal', (kernel, ...map) => kernel.seal(...map));
    return new Frozen(core, core.result(ANSWER));
  }

  clear(): void {
    this[READER].core.askMap('clear', (kernel, ...map) => kernel.clear(...map));
  }

  frozen(): api.FrozenSkipList<K, V>[] {
    const lists: api.FrozenSkipList<K, V>[] = [];
    for (const id of this.#listIds().slice(0, -1)) {
      const frozen = new Frozen(this[READER].core, id);
      if (!frozen[READER].destroyed) lists.push(frozen);
    }
    return lists;
  }

  /** The kernel's names of the lists in the stack, oldest first, the active one last. */
  #listIds(): number[] {
    const { core } = this[READER];
    const { crossing } = core;
    let out = 0;
    core.askMap('frozen', (kernel, ...map) => {
      out = crossing.take(8 * MAX_LISTS);
      return kernel.lists(...map, crossing.at + out);
    });
    const count = core.result(ANSWER);
    return Array.from(
      { length: count },
      (_, n) => (crossing.words[(out >> 2) + 2 * n] as number) >>> 0,
    );
  }

  // ── Numbers ────────────────────────────────────────────────────────────────────────────────────

  override get size(): number {
    const reader = this[READER];
    reader.check();
    const { live } = listStats(reader.core, 0);
    return reader.core.result(STATS_LISTS) === 1 ? live : super.size;
  }

  stats(): api.SkipListStats {
    const { core } = this[READER];
    for (;;) {
      const ids = this.#listIds();
      const frozen: api.ListStats[] = [];
      // A list that is destroyed meanwhile is left out.
      for (const id of ids.slice(0, -1))
        if (tryStats(core, id) === OK) frozen.push(readStats(core));
      // Unless the active one was sealed and destroyed meanwhile: then all once more.
      if (tryStats(core, ids.at(-1) as number) !== OK) continue;
      return counts({ ...readStats(core), seq: core.resultLong(STATS_LAST), frozen });
    }
  }

  measure(): api.ListMeasure {
    return measure(this[READER]);
  }
}

const OPTIONS: Members = {
  what: 'options',
  names: ['name', 'key', 'value', 'maxBytes', 'maxEntries', 'onPressure'],
};

/** The codecs of a list's options; refuses what else is wrong with them. */
function codecs<K, V>(options: api.SkipListOpenOptions<K, V>): { key: Codec<K>; value: Codec<V> } {
  const { onPressure } = optionsOf(OPTIONS, options);
  if (onPressure !== undefined) functionOf('onPressure', onPressure);
  return codecsOf(options);
}

function described<K, V>(
  options: api.SkipListOptions<K, V>,
): {
  name: string | undefined;
  key: Codec<K>;
  value: Codec<V>;
} {
  return { ...codecs(options), name: options.name };
}

function build(options: api.SkipListOptions<never, never> | api.SkipListOptions<any, any>) {
  const { maxBytes, maxEntries } = options;
  const pages =
    maxBytes === undefined
      ? 0
      : Math.ceil(wholeNumber('maxBytes', maxBytes, 1, 2 ** 32) / PAGE_BYTES);
  const entries =
    maxEntries === undefined ? 0 : wholeNumber('maxEntries', maxEntries, 1, 2 ** 32 - 1);
  return (kernel: ListKernel, entry: number, generation: number) =>
    kernel.create(entry, generation, pages, entries);
}
