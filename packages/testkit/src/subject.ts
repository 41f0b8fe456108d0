// What a structure says of itself so that contracts can run over it.

import type {
  Arena,
  Closeable,
  Codec,
  OrderedReadable,
  ReadableMap,
  Snapshot,
  StructureHandle,
  VerifyReport,
} from '@x/shm-arena';

/** A function that takes options, and the members that it knows. */
export interface Taker {
  readonly what: string;
  readonly names: string;
  /** Calls it. */
  readonly call: (options: never) => unknown;
}

/** What all maps have. What a write returns is for the subject to read. */
export interface TestedMap<K, V> extends ReadableMap<K, V>, Closeable {
  readonly handle: StructureHandle;
  set(key: K, value: V): unknown;
  insert(key: K, value: V): unknown;
  delete(key: K): unknown;
  compareAndSet(key: K, expected: V | undefined, next: V): unknown;
  snapshot(): Snapshot<K, V>;
  verify(): VerifyReport;
  destroy(): void;
}

/** What all ordered maps have. */
export interface TestedOrderedMap<K, V> extends TestedMap<K, V>, OrderedReadable<K, V> {
  entries: OrderedReadable<K, V>['entries'];
  keys: OrderedReadable<K, V>['keys'];
  values: OrderedReadable<K, V>['values'];
  snapshot(): OrderedSnapshot<K, V>;
}

interface OrderedSnapshot<K, V> extends OrderedReadable<K, V>, Closeable {}

export interface MapOptions<K, V> {
  name?: string;
  key?: Codec<K>;
  value?: Codec<V>;
}

/** The class of a structure, as far as contracts call it. */
export interface MapClass {
  create<K = string, V = unknown>(arena: Arena, options?: MapOptions<K, V>): TestedMap<K, V>;
  open<K = string, V = unknown>(
    arena: Arena,
    name: string,
    options?: MapOptions<K, V>,
  ): TestedMap<K, V>;
  openOrCreate<K = string, V = unknown>(arena: Arena, options: MapOptions<K, V>): TestedMap<K, V>;
  attach<K = string, V = unknown>(
    arena: Arena,
    handle: StructureHandle,
    options?: MapOptions<K, V>,
  ): TestedMap<K, V>;
}

/** A structure that is a map. `M`: its map of text to anything; `V`: what is read like one. */
export interface MapSubject<M = never, V = never> {
  /** The name of the class, which is the `type` of its handles. */
  readonly name: string;
  /** The class, with all that it has. */
  readonly type: unknown;
  /** Makes what was written visible, and tells whether the write that returned `said` took. */
  settle(map: M, said?: unknown): boolean;
  /** The names of its options. */
  readonly options: string;
  /** Options of its own that have a value, for who makes a map and who opens it. */
  readonly sample: object;
  /** Functions of its own that take options, of a map and of its snapshot. */
  takers(map: M, snapshot: V, arena: Arena): Taker[];
  /** Names of its own on maps and on snapshots, beside those that all have. */
  readonly names: { readonly map: string; readonly snapshot: string };
  /** Calls of its own, each of which a map refuses that has ended. */
  calls(map: M): (() => unknown)[];
  /** Reads of its own, each of which a view refuses that has ended. */
  readonly reads: readonly ((view: V) => unknown)[];
  /** Ways of its own in which a view of it ends: `other` is a second handle of the map. */
  endings(map: M, other: M): Ending[];
  /** Ways of its own to find the value of a key that is there. */
  readonly lookups: readonly ((view: V, key: never) => unknown)[];
  /** A removal may be told that the arena is full. */
  readonly removalsNeedMemory?: boolean;
}

/** A way in which a view of some entries ends. */
export interface Ending {
  readonly what: string;
  /** The view, and what ends it. */
  readonly begin: () => { readonly view: ReadableMap<string, unknown>; readonly end: () => void };
  readonly code: string;
  /** It is another handle, or thread, that ends it. */
  readonly elsewhere?: boolean;
}

/** A structure that is an ordered map. */
export interface OrderedSubject<M = never, V = never> extends MapSubject<M, V> {
  /** The same entries, seen in every way it has: `entries` come in an order that is not theirs. */
  views(
    arena: Arena,
    entries: readonly (readonly [key: string, value: number])[],
  ): [name: string, view: OrderedReadable<string, number>][];
}
