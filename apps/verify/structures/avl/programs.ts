// What the scenarios of a tree share: settings, programs, plans.

import type { OpCall } from '../../src/structure.ts';
import { die, dieTwice } from '../common.ts';
import { MAP_FULL, type Program } from '../map/scenarios.ts';

/** Pages for regions; most operations that wait in a queue; whether all threads have worked. */
export interface Setting {
  pages: number;
  most: number;
  warm: boolean | 'all';
  /** But for this one. */
  cold?: number;
  /** Most pages of a generation. */
  budget?: number;
  /** Worker 0 has been pinned since before the map was made. */
  older?: boolean;
}

/** Appends and a build of all that was appended before it. */
export const built = (tag: string, ...ops: Program): Program => [
  ...ops,
  ['ask', tag],
  ['build', tag, 5],
];

/** b and d are there; b's overwriting and d's removal wait in the first worker's queue. */
export const BEFORE: Program = [
  ...built('p', ['set', 0, 'p1', 'b', 20], ['set', 0, 'p2', 'd', 21], ['set', 0, 'p3', 'c', 23]),
  ['set', 0, 'p4', 'b', 22],
  ['delete', 0, 'p5', 'd'],
];

/** A stretch of one entry. */
export const MOVE: OpCall = ['move', 1];

/** Where a ring has four slots, and the next number is 4: it grows, here and at 8. */
export const FOURTH: Program = [
  ['set', 0, 'p2', 'b', 2],
  ['set', 0, 'p3', 'c', 3],
];

/** A queue may be full, if only because memory for a build was refused. */
export const FILLS = { may: ['queue full'] };

export const KILLS = {
  quick: [
    { ...die, limit: 3_000 },
    { ...dieTwice, limit: 500 },
  ],
  full: MAP_FULL,
};
