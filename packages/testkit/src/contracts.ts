// The contracts, whole: what a structure's tests run over its subject.

import { type Context, type Contract, over } from './contract.ts';
import { basics } from './map/basics.ts';
import { calls } from './map/calls.ts';
import { ends } from './map/ends.ts';
import { handles } from './map/handles.ts';
import { large } from './map/large.ts';
import { mapNames, orderedNames } from './map/names.ts';
import { properties } from './map/property.ts';
import { refusals } from './map/refusals.ts';
import { sizesOf } from './map/sizes.ts';
import { snapshots } from './map/snapshots.ts';
import { optionsContract, takersOfMakers, takersOfRanges } from './options.ts';
import { cursors } from './ordered/cursors.ts';
import { orderedReads } from './ordered/reads.ts';
import { scans } from './ordered/scans.ts';
import type { MapSubject, OrderedSubject } from './subject.ts';
import { MapWorld, OrderedWorld } from './world.ts';
import { many } from './writable/many.ts';
import { orderedWrites } from './writable/ordered.ts';
import { writeProperties } from './writable/property.ts';
import { WritableWorld } from './writable/world.ts';
import { writes } from './writable/writes.ts';

/** What every map keeps, in whatever order its entries stand. */
export function mapContract(subject: MapSubject): Contract[] {
  const tests = [...basics, ...sizesOf, ...handles, ...snapshots, ...refusals, ...ends, ...large];
  return [
    ...over([...tests, ...calls, ...properties], (context) => new MapWorld(subject, context)),
    ...optionsContract((context) => {
      const world = new MapWorld(subject, context);
      const map = world.make({ name: 'm' });
      const own = subject.takers(map as never, map.snapshot() as never, world.arena);
      return [...takersOfMakers(subject, world.arena, { name: 'm', handle: map.handle }), ...own];
    }),
  ];
}

/** The names on a map whose entries have no order. */
export const unorderedContract = (subject: MapSubject): Contract[] =>
  over([mapNames], (context) => new MapWorld(subject, context));

/** What a map keeps beside that whose entries stand in the order of their keys. */
export function orderedContract(subject: OrderedSubject): Contract[] {
  const world = (context: Context) => new OrderedWorld(subject, context);
  return [
    ...over([...scans, ...cursors, ...orderedReads, orderedNames], world),
    ...optionsContract((context) => {
      const map = world(context).make();
      return [...takersOfRanges(map), ...takersOfRanges(map.snapshot(), 'snapshot.')];
    }),
  ];
}

/** What a map keeps beside that whose writes take effect before they return. */
export const writableContract = (subject: MapSubject): Contract[] =>
  over([...writes, ...many, ...writeProperties], (context) => new WritableWorld(subject, context));

/** And one of these whose entries stand in the order of their keys. */
export const writableOrderedContract = (subject: OrderedSubject): Contract[] =>
  over(orderedWrites, (context) => new WritableWorld(subject, context));
