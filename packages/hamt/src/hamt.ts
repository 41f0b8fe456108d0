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
  WRITER,
  type Writes,
  writable,
} from '@x/shm-arena/map';
import {
  attachStructure,
  createStructure,
  type Members,
  type Membership,
  openOrCreateStructure,
  openStructure,
  optionsOf,
  Status,
} from '@x/shm-arena/structure';
import { ANSWER } from '../build/numbers/arena/map/result.ts';
import type * as api from './api.ts';
import { type Core, KIND, type TrieKernel, TYPE } from './kernel.ts';
import { TrieReader } from './reader.ts';
import { takeSnapshot } from './snapshot.ts';
import { readStats } from './stats.ts';

const OPTIONS: Members = { what: 'options', names: ['name', 'key', 'value'] };

/** The views that have `R` to read with, owned and written. */
type WritableView = abstract new <R extends MapReader<Core<K, V>, K, V>, K, V>(
  reader: R,
) => MapView<R, K, V> & Owned & Writes<K, V>;

const Writable = writable(MapView, KINDS) as never as WritableView;

export class HashTrie<K, V> extends Writable<TrieReader<K, V>, K, V> implements api.Hamt<K, V> {
  constructor(member: Membership<TrieKernel>, options: api.HamtCodecs<K, V>) {
    const { key, value } = codecsOf(options);
    super(new TrieReader(new MapCore(member, key, value), 0));
    const { kernel, entry, generation } = member;
    member.leaving = () => kernel.leave(entry, generation);
  }

  /** Bundlers rename classes. */
  static override get name(): string {
    return TYPE;
  }

  static create<K, V>(arena: Arena, options: api.HamtOptions<K, V> = {}): HashTrie<K, V> {
    return new HashTrie(createStructure(arena, KIND, described(options), build), options);
  }

  static open<K, V>(
    arena: Arena,
    name: string,
    options: api.HamtOptions<K, V> = {},
  ): HashTrie<K, V> {
    return new HashTrie(openStructure(arena, KIND, name, described(options)), options);
  }

  static openOrCreate<K, V>(
    arena: Arena,
    options: api.HamtOptions<K, V> & { name: string },
  ): HashTrie<K, V> {
    const description = { ...described(options), name: options.name };
    return new HashTrie(openOrCreateStructure(arena, KIND, description, build), options);
  }

  static attach<K, V>(
    arena: Arena,
    handle: api.HamtHandle,
    options: api.HamtOptions<K, V> = {},
  ): HashTrie<K, V> {
    return new HashTrie(attachStructure(arena, KIND, handle, described(options)), options);
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
    this[WRITER].removeEach((remove) => this[READER].eachKey(remove), 'clear');
  }

  // ── Instants, numbers ────────────────────────────────────────────────────────────────────────

  snapshot(): api.HamtSnapshot<K, V> {
    this[READER].check();
    return takeSnapshot(this[READER].core);
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

const build = (kernel: TrieKernel, ...map: MapArgs): number => kernel.create(...map);
