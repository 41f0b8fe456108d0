// What a thread knows of its arenas, whichever copy of this package it asks: one record under a
// global symbol, as plain data that other releases can read too.

import type { Arena, ArenaMemory } from '../api.ts';
import type { Protocols } from '../ground/protocol.ts';
import type { SharedScratch } from '../values/crossing.ts';

/** What the copies of this package in one thread share about one arena. */
export interface SharedSeat {
  readonly memory: ArenaMemory;
  readonly id: string;
  readonly slot: number;
  readonly generation: number;
  readonly scratch: SharedScratch;
  /** Arena objects that are not detached. */
  holds: number;
  /** Open instances of each structure, by entry and generation. */
  readonly joins: Map<string, number>;
  /** Ends what is open on this seat; called when the last hold goes. */
  readonly closers: Set<() => void>;
  /** Open instances of structures that may keep memory of this thread's without need. */
  readonly trimmed: Set<Trimmed>;
  /** Eras of the leases that share an interval, for want of memory; the oldest first. */
  readonly overflow: number[];
  /** Whether this thread learns of other threads' deaths by events: then it must not wait long. */
  watches: boolean;
  /** Resolves when this thread's death can be noticed; absent until somebody saw to that. */
  ready: Promise<void> | undefined;
  /** Where it is noted; undefined before it is. */
  place: Place | undefined;
  /** Whether this thread was buried and has taken another slot since. */
  over: boolean;
}

/** What gives back memory that nobody needs; bytes. */
interface Trimmed {
  trimming?: (() => number) | undefined;
}

/** A slot that this thread has. Copies of this package share it, as they share its seat. */
export interface Place {
  readonly seat: WeakRef<SharedSeat>;
  readonly memory: ArenaMemory;
  readonly id: string;
  readonly slot: number;
  readonly generation: number;
  /** Gives the Web Lock back. */
  unlock: (() => void) | undefined;
}

/** A kind of structure as recovery and `verify` see it, whichever copy registered it. */
export interface RegisteredType extends Protocols {
  readonly type: string;
  /** Finishes or takes back what the dead `slot` had begun. A status; may be repeated. */
  repair(shared: SharedSeat, entry: number, generation: number, slot: number): number;
  /** Walks the structure; one sentence for each problem. */
  verify(shared: SharedSeat, entry: number, generation: number): string[];
}

interface ThreadRecord {
  readonly places: Set<Place>;
  /** Arena objects, and where they sit; null: it was detached. */
  readonly arenas: WeakMap<object, SharedSeat | null>;
  readonly types: Map<string, RegisteredType>;
}

/** The record of this thread; made at its first use. */
export function threadRecord(): ThreadRecord {
  const key = Symbol.for('@x/shm-arena/thread-1');
  const all = globalThis as { [key: symbol]: ThreadRecord | undefined };
  return (all[key] ??= { places: new Set(), arenas: new WeakMap(), types: new Map() });
}

/** Whether it is an Arena of this thread, of whatever copy of this package, attached or not. */
export function isArena(value: unknown): value is Arena {
  return typeof value === 'object' && value !== null && threadRecord().arenas.has(value);
}

/** The registered type of an entry, in whatever copy of its package. */
export function typeOf(type: string, numbers: Protocols): RegisteredType | undefined {
  return threadRecord().types.get(keyOf(type, numbers));
}

/** Under what a type is registered. */
export function keyOf(type: string, { protocol, linked }: Protocols): string {
  return `${type}@${protocol}:${linked}`;
}
