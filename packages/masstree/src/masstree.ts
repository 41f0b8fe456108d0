// The map itself: what opens and ends it, and what it has beside every writable ordered map.

import type { Arena, Codec, Range } from '@x/shm-arena';
import { codecsOf, KINDS, type MapArgs, MapCore, NUMBERS, pairOf, READER } from '@x/shm-arena/map';
import {
  type Bounds,
  compareBytes,
  EVERYTHING,
  encodeRange,
  writableOrdered,
} from '@x/shm-arena/ordered';
import {
  amidst,
  attachStructure,
  createStructure,
  iterableOf,
  type Members,
  type Membership,
  openOrCreateStructure,
  openStructure,
  optionsOf,
  rangeError,
  ShmError,
  Status,
  wholeNumber,
} from '@x/shm-arena/structure';
import { EXISTS } from '../build/numbers/arena/map/codes.ts';
import { ANSWER } from '../build/numbers/arena/map/result.ts';
import type * as api from './api.ts';
import { KIND, type TreeKernel, TYPE } from './kernel.ts';
import { TreeReader } from './reader.ts';
import { takeSnapshot } from './snapshot.ts';
import { readStats } from './stats.ts';

const OPTIONS: Members = { what: 'options', names: ['name', 'key', 'value'] };

/** Leaves that one call of the kernel looks at, where nobody says how many. */
const LEAVES = 256;
/** Where the result of `maintain` says whether there is more to look at. */
const MORE = ANSWER + 4;

export class Tree<K, V>
  extends writableOrdered(KINDS)<TreeReader<K, V>, K, V>
  implements api.Masstree<K, V>
{
  /** Whether the last `maintain` has left something of its round. */
  #midway = false;

  constructor(member: Membership<TreeKernel>, options: api.MasstreeCodecs<K, V>) {
    const { key, value } = codecsOf(options);
    super(new TreeReader(new MapCore(member, key, value), 0));
    const { kernel, entry, generation } = member;
    member.leaving = () => kernel.leave(entry, generation);
  }

  /** Bundlers rename classes. */
  static override get name(): string {
    return TYPE;
  }

  static create<K, V>(arena: Arena, options: api.MasstreeOptions<K, V> = {}): Tree<K, V> {
    return new Tree(createStructure(arena, KIND, described(options), build), options);
  }

  static open<K, V>(
    arena: Arena,
    name: string,
    options: api.MasstreeOptions<K, V> = {},
  ): Tree<K, V> {
    return new Tree(openStructure(arena, KIND, name, described(options)), options);
  }

  static openOrCreate<K, V>(
    arena: Arena,
    options: api.MasstreeOptions<K, V> & { name: string },
  ): Tree<K, V> {
    const description = { ...described(options), name: options.name };
    return new Tree(openOrCreateStructure(arena, KIND, description, build), options);
  }

  static attach<K, V>(
    arena: Arena,
    handle: api.MasstreeHandle,
    options: api.MasstreeOptions<K, V> = {},
  ): Tree<K, V> {
    return new Tree(attachStructure(arena, KIND, handle, described(options)), options);
  }

  static override [Symbol.hasInstance](value: unknown): value is api.Masstree<unknown, unknown> {
    return Function.prototype[Symbol.hasInstance].call(Tree, value);
  }

  override get [Symbol.toStringTag](): string {
    return TYPE;
  }

  protected override [NUMBERS](): object {
    const { core } = this[READER];
    core.crossing.begin();
    const status = core.kernel.size(core.entry, core.generation);
    return status === Status.OK ? { size: core.result(ANSWER) } : {};
  }

  override get size(): number {
    const { core } = this[READER];
    core.askMap('size', (kernel, ...map) => kernel.size(...map));
    return core.result(ANSWER);
  }

  // ── Ranges ───────────────────────────────────────────────────────────────────────────────────

  deleteRange(range: Range<K>): number {
    return this.#deleteWithin(encodeRange(range, this[READER].bound));
  }

  clear(): void {
    this.#deleteWithin(EVERYTHING);
  }

  /** Removes what is within `bounds`; not what comes to stand behind all of it. */
  #deleteWithin(bounds: Readonly<Bounds>): number {
    const reader = this[READER];
    let removed = 0;
    try {
      reader.removeWithin(untilLast(reader, bounds), (some) => {
        removed += some;
      });
    } catch (error) {
      throw amidst(error, removed);
    }
    return removed;
  }

  // ── Loading ──────────────────────────────────────────────────────────────────────────────────

  bulkLoad(entries: Iterable<readonly [K, V]>): void {
    const { core } = this[READER];
    const all = iterableOf('entries', entries);
    const begun = core.askMap('bulkLoad', (kernel, ...map) => kernel.bulkBegin(...map));
    if (begun === EXISTS)
      throw new ShmError('CONTENDED', 'bulkLoad: expected no other load in this thread, found one');
    try {
      this.#load(all);
    } finally {
      // What was loaded is the map's by now, or is to go.
      if (core.seat.isAlive() && this[READER].exists()) {
        core.kernel.bulkDrop(core.entry, core.generation);
      }
    }
  }

  #load(entries: Iterable<readonly [K, V]>): void {
    const { core, bound } = this[READER];
    const { keyPort, valuePort } = core;
    let before: Uint8Array | undefined;
    let index = 0;
    for (const entry of entries) {
      const [key, value] = pairOf(entry, index);
      const bytes = bound.encode(key);
      if (before !== undefined && compareBytes(before, bytes) >= 0) {
        throw rangeError(`entries[${index}]: expected a key behind the one before it`);
      }
      core.askMap('bulkLoad', (kernel, ...map) => {
        valuePort.pack(value);
        keyPort.packBytes(bytes, 0, bytes.length); // This may move the value.
        const { length, k0, k1, k2, k3 } = keyPort;
        return kernel.bulkPut(...map, length, k0, k1, k2, k3, valuePort.at, valuePort.length);
      });
      before = bytes;
      index++;
    }
    const status = core.askMap('bulkLoad', (kernel, ...map) => kernel.bulkEnd(...map));
    if (status === EXISTS) throw rangeError('bulkLoad: expected an empty map, found entries');
  }

  // ── Instants, upkeep, numbers ────────────────────────────────────────────────────────────────

  snapshot(): api.MasstreeSnapshot<K, V> {
    this[READER].check();
    return takeSnapshot(this[READER].core);
  }

  maintain(limit?: number): api.MaintainReport {
    if (limit !== undefined) return this.#maintain(wholeNumber('limit', limit, 1, 2 ** 31 - 1));
    let { merged } = this.#midway ? this.#maintainRest() : { merged: 0 };
    merged += this.#maintainRest().merged;
    return { merged, more: false };
  }

  /** To the end of the present round. */
  #maintainRest(): api.MaintainReport {
    let merged = 0;
    do merged += this.#maintain(LEAVES).merged;
    while (this.#midway);
    return { merged, more: false };
  }

  #maintain(limit: number): api.MaintainReport {
    const { core } = this[READER];
    core.askMap('maintain', (kernel, ...map) => kernel.maintain(...map, limit));
    const more = core.result(MORE) !== 0;
    this.#midway = more;
    return { merged: core.result(ANSWER), more };
  }

  stats(): api.MasstreeStats {
    return readStats(this[READER].core);
  }
}

/** `bounds` as far as the last key that stands within them now. */
function untilLast<K, V>(reader: TreeReader<K, V>, bounds: Readonly<Bounds>): Readonly<Bounds> {
  let last: Uint8Array | undefined;
  const back = { ...bounds, reverse: !bounds.reverse, limit: 1 };
  if (!bounds.empty) {
    reader.eachKey(back, (source, at, length) => {
      last = source.slice(at, at + length);
    });
  }
  if (last === undefined) return { ...bounds, empty: true };
  return bounds.reverse
    ? { ...bounds, low: last, lowOpen: false }
    : { ...bounds, high: last, highOpen: false };
}

function described<K, V>(
  options: api.MasstreeOptions<K, V>,
): { name: string | undefined; key: Codec<K>; value: Codec<V> } {
  const { name } = optionsOf(OPTIONS, options);
  return { ...codecsOf(options), name };
}

const build = (kernel: TreeKernel, ...map: MapArgs): number => kernel.create(...map);
