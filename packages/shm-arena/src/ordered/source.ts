// What ordered views and their cursors ask of whatever they read.

import type { Batch } from '../map/batch.ts';
import type { MapSource } from '../map/view.ts';
import type { BoundEncoder, Bounds } from './range.ts';
import type { Walk } from './walk.ts';

/** What an ordered view reads from. */
export interface OrderedSource<K, V> extends MapSource<K, V> {
  readonly bound: BoundEncoder<K>;
  /** A scan of `bounds` that decodes `parts`. Checks that this is open. */
  batch(bounds: Readonly<Bounds>, parts: number): Batch<K, V>;
  /** The entries within `bounds`, for a cursor. Checks that this is open. */
  walk(bounds: Readonly<Bounds>): Walk<K, V>;
  /** How many entries lie within `bounds`, or as many as its limit. */
  countWithin(bounds: Readonly<Bounds>): number;
}
