// What a test of a map has at hand: an arena, and ways to make and to write maps in it.

import type { Arena, ArenaOptions } from '@x/shm-arena';
import type { Context } from './contract.ts';
import { byCodePoint } from './model.ts';
import type {
  MapClass,
  MapOptions,
  MapSubject,
  OrderedSubject,
  TestedMap,
  TestedOrderedMap,
} from './subject.ts';

/** For one run of a test of a map. */
export class MapWorld<S extends MapSubject = MapSubject> {
  readonly subject: S;
  readonly type: MapClass;
  readonly context: Context;
  private first: Arena | undefined;

  constructor(subject: S, context: Context) {
    this.subject = subject;
    this.type = subject.type as MapClass;
    this.context = context;
  }

  /** The arena of `make`. */
  get arena(): Arena {
    return (this.first ??= this.context.arena());
  }

  /** Has `make` use an arena of these options. */
  use(options: ArenaOptions): Arena {
    return (this.first = this.context.arena(options));
  }

  make<K = string, V = unknown>(options: MapOptions<K, V> = {}): TestedMap<K, V> {
    return this.type.create(this.arena, options);
  }

  /** A map with some entries, which are visible. */
  filled<K, V>(
    options: MapOptions<K, V>,
    entries: Iterable<readonly [key: K, value: V]>,
  ): TestedMap<K, V> {
    const map = this.make(options);
    this.fill<K, V>(map, entries);
    return map;
  }

  /** Writes entries until they are visible. */
  fill<K, V>(
    map: TestedMap<K, V>,
    entries: Iterable<readonly [key: NoInfer<K>, value: NoInfer<V>]>,
  ): void {
    for (const [key, value] of entries) map.set(key, value);
    this.settle(map);
  }

  /** Makes what was written visible. */
  settle(map: object): void {
    this.subject.settle(map as never);
  }

  /** The same; tells whether the write that returned `said` took. */
  did(map: object, said: unknown): boolean {
    return this.subject.settle(map as never, said);
  }

  /** Sees the value of a key in the ways of the subject alone. */
  lookups(view: object, key: unknown): unknown[] {
    return this.subject.lookups.map((look) => look(view as never, key as never));
  }
}

/** For one run of a test of an ordered map. */
export class OrderedWorld extends MapWorld<OrderedSubject> {
  override make<K = string, V = unknown>(options: MapOptions<K, V> = {}): TestedOrderedMap<K, V> {
    return super.make(options) as TestedOrderedMap<K, V>;
  }

  override filled<K, V>(
    options: MapOptions<K, V>,
    entries: Iterable<readonly [key: K, value: V]>,
  ): TestedOrderedMap<K, V> {
    return super.filled(options, entries) as TestedOrderedMap<K, V>;
  }
}

/** A test of maps. */
export interface MapTest {
  readonly name: string;
  run(world: MapWorld): void | Promise<void>;
}

/** A test of ordered maps. */
export interface OrderedTest {
  readonly name: string;
  run(world: OrderedWorld): void | Promise<void>;
}

/** Everything a map of text shows, by its keys. */
export function content<V>(view: { entries(): Iterable<[string, V]> }): [string, V][] {
  return [...view.entries()].sort(([a], [b]) => byCodePoint(a, b));
}
