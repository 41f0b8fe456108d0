// The map itself: what opens and ends it, and what it has beside every writable map.

import type { Arena, Codec } from '@x/shm-arena';
import {
  codecsOf,
  KINDS,
  type MapArgs,
  MapCore,
  type MapReader,
  MapView,
  NUMBERS,
  type Owned,
  READER,
  type Writes,
  writable,
} from '@x/shm-arena/map';
import {
  amidst,
  attachStructure,
  createStructure,
  describe,
  flagOf,
  iterableOf,
  type Members,
  type Membership,
  openOrCreateStructure,
  openStructure,
  optionsOf,
  ShmError,
  Status,
  typeError,
} from '@x/shm-arena/structure';
import { ANSWER, ENDED, NEXT } from '../build/numbers/arena/map/result.ts';
import type * as api from './api.ts';
import { differences } from './diff.ts';
import { forkStructure, joinHold } from './fork.ts';
import { type Core, KIND, type TrieKernel, TYPE } from './kernel.ts';
import { HamtReader } from './reader.ts';
import { Snapshot, takeSnapshot } from './snapshot.ts';
import { readStats } from './stats.ts';

const SNAPSHOT_OPTIONS: Members = { what: 'options', names: ['writable', 'name'] };
const OPTIONS: Members = { what: 'options', names: ['name', 'key', 'value'] };

/** The views that have `R` to read with, owned and written. */
type WritableView = abstract new <R extends MapReader<Core<K, V>, K, V>, K, V>(
  reader: R,
) => MapView<R, K, V> & Owned & Writes<K, V>;

const Writable = writable(MapView, KINDS) as never as WritableView;

export class HashTrie<K, V> extends Writable<HamtReader<K, V>, K, V> implements api.Hamt<K, V> {
  readonly #arena: Arena;

  constructor(arena: Arena, member: Membership<TrieKernel>, options: api.HamtCodecs<K, V> = {}) {
    const { key, value } = codecsOf(options);
    super(new HamtReader(new MapCore(member, key, value), 0));
    this.#arena = arena;
    const { kernel, entry, generation } = member;
    const leaveHold = joinHold(this[READER].core);
    member.leaving = () => {
      kernel.leave(entry, generation);
      leaveHold();
    };
  }

  /** Bundlers rename classes. */
  static override get name(): string {
    return TYPE;
  }

  static create<K, V>(arena: Arena, options: api.HamtOptions<K, V> = {}): HashTrie<K, V> {
    return new HashTrie(arena, createStructure(arena, KIND, described(options), build), options);
  }

  static from<K, V>(
    arena: Arena,
    entries: Iterable<readonly [K, V]>,
    options: api.HamtOptions<K, V> = {},
  ): HashTrie<K, V> {
    iterableOf('entries', entries);
    const map = HashTrie.create(arena, options);
    try {
      map.setMany(entries);
    } catch (error) {
      map.destroy();
      throw error;
    }
    return map;
  }

  static open<K, V>(
    arena: Arena,
    name: string,
    options: api.HamtOptions<K, V> = {},
  ): HashTrie<K, V> {
    return new HashTrie(arena, openStructure(arena, KIND, name, described(options)), options);
  }

  static openOrCreate<K, V>(
    arena: Arena,
    options: api.HamtOptions<K, V> & { name: string },
  ): HashTrie<K, V> {
    const description = { ...described(options), name: options.name };
    return new HashTrie(arena, openOrCreateStructure(arena, KIND, description, build), options);
  }

  static attach<K, V>(
    arena: Arena,
    handle: api.HamtHandle,
    options: api.HamtOptions<K, V> = {},
  ): HashTrie<K, V> {
    return new HashTrie(arena, attachStructure(arena, KIND, handle, described(options)), options);
  }

  static override [Symbol.hasInstance](value: unknown): value is api.Hamt<unknown, unknown> {
    return Function.prototype[Symbol.hasInstance].call(HashTrie, value);
  }

  override get [Symbol.toStringTag](): string {
    return TYPE;
  }

  protected override [NUMBERS](): object {
    const { core } = this[READER];
    core.crossing.begin();
    const status = core.kernel.size(core.entry, core.generation, 0);
    return status === Status.OK ? { size: core.result(ANSWER) } : {};
  }

  override get size(): number {
    return this[READER].size();
  }

  clear(): void {
    const { core } = this[READER];
    this[READER].check();
    let removed = 0;
    try {
      for (let low = 0, high = 0, more = true; more; ) {
        core.askMap('clear', (kernel, ...map) => kernel.clear(...map, low, high));
        removed += core.result(ANSWER);
        low = core.result(ENDED) | 0;
        high = core.result(ENDED + 4) | 0;
        more = core.result(NEXT) !== 0;
      }
    } catch (error) {
      throw amidst(error, removed);
    }
  }

  // ── Instants, numbers ────────────────────────────────────────────────────────────────────────

  snapshot(options?: { readonly writable?: false }): api.HamtSnapshot<K, V>;
  snapshot(options: api.HamtForkOptions): HashTrie<K, V>;
  snapshot(options: api.HamtSnapshotOptions = {}): api.HamtSnapshot<K, V> | HashTrie<K, V> {
    const { writable, name } = optionsOf(SNAPSHOT_OPTIONS, options);
    const { core } = this[READER];
    this[READER].check();
    if (!flagOf('writable', writable)) {
      if (name === undefined) return takeSnapshot(core);
      throw typeError('`name`: only a map has one, which `writable` makes');
    }
    const codecs = { key: core.keyCodec, value: core.valueCodec };
    const member = forkStructure(this.#arena, core, { ...codecs, name });
    return new HashTrie(this.#arena, member, codecs);
  }

  diff(
    before: api.HamtSnapshot<K, V>,
    after: api.HamtSnapshot<K, V>,
  ): IterableIterator<api.HamtDifference<K, V>> {
    const own = this[READER];
    own.checkAll();
    const readers = [readerOf('before', before), readerOf('after', after)] as const;
    for (const reader of readers) {
      reader.checkAll();
      checkRelated(own.core, reader.core);
    }
    return differences(...readers);
  }

  override destroy(): void {
    const { seat, kernel } = this[READER].core;
    super.destroy();
    if (seat.isAlive()) kernel.dropHolds(); // Its memory, if it was a fork, was kept for it.
  }

  stats(): api.HamtStats {
    return readStats(this[READER].core);
  }
}

function described<K, V>(
  options: api.HamtOptions<K, V>,
): { name: string | undefined; key: Codec<K>; value: Codec<V> } {
  const { name } = optionsOf(OPTIONS, options);
  return { ...codecsOf(options), name };
}

/** What a snapshot reads with. */
function readerOf<K, V>(what: string, view: api.HamtSnapshot<K, V>): HamtReader<K, V> {
  if (view instanceof Snapshot) return view[READER];
  throw typeError(
    `\`${what}\`: expected a snapshot of a Hamt, found ${describe(view)}`,
    'WRONG_TYPE',
  );
}

function checkRelated<K, V>(own: Core<K, V>, other: Core<K, V>): void {
  const isOne = own.seat === other.seat;
  const { entry, generation } = other;
  const ask = () =>
    own.askMap('diff', (kernel, ...map) => kernel.related(...map, entry, generation));
  if (isOne && ask() === Status.OK) return;
  throw new ShmError('WRONG_TYPE', 'diff: expected snapshots of this map, or of one of its forks');
}

const build = (kernel: TrieKernel, ...map: MapArgs): number => kernel.create(...map);
