// What the checker knows of the sorted array: its kernel's calls, what it promises, its words
// (packages/sorted-array/assembly/array.ts), and what holds after every step.

import {
  D_ROOT,
  PAGE,
  R_STATE,
  REGION_CREATING,
  REGION_LIVE,
} from '../../../../packages/sorted-array/build/numbers-gated/arena/ground/layout.ts';
import {
  A_COUNT,
  A_OFFSETS,
  A_REGION,
  E_LENGTH,
  E_REST,
} from '../../../../packages/sorted-array/build/numbers-gated/array.ts';
import type { World } from '../../src/structure.ts';
import { entryAt, head, isLive, kindOf, nameSystemWord, pageAt, regionAt } from '../common.ts';
import { keyIn } from '../map/calls.ts';
import { type Entries, type MapPromise, put } from '../map/model.ts';
import { targetCalls } from '../map/operations.ts';

export const WRITES = ['set', 'insert', 'delete', 'cas'];

export const calls = targetCalls('array');

export const promise: MapPromise<Entries> = {
  initial: {},
  entries: (own) => own,
  write: put,
};

const rootOf = (world: World, entry: number): number => world.u32(entryAt(world, entry) + D_ROOT);

function keyOf(world: World, array: number, i: number): string {
  const e = array + world.u32(array + A_OFFSETS + 4 * i);
  return keyIn(world, world.u32(e + E_LENGTH), e, e + E_REST);
}

/** W1, A1. */
export function invariantOf(world: World, entry: number): string | undefined {
  if (!isLive(world, entry)) return undefined;
  const array = rootOf(world, entry);
  const region = world.u32(array + A_REGION);
  const kind = kindOf(world.u32(regionAt(world, region) + R_STATE));
  if (kind !== REGION_CREATING && kind !== REGION_LIVE)
    return `W1: the root's array lies in region ${region}, whose state is ${kind}`;
  let last: string | undefined;
  for (let i = 0; i < world.u32(array + A_COUNT); i++) {
    const key = keyOf(world, array, i);
    if (last !== undefined && key <= last) return `A1: ${key} stands behind ${last}`;
    last = key;
  }
  return undefined;
}

/** The word at `at` by name, as far as it is known. */
export function nameWord(at: number, world: World, entry: number): string | undefined {
  if (at < head(world).first * PAGE) return nameSystemWord(at, world, {}, {});
  const page = Math.floor(at / PAGE);
  const region = world.u32(pageAt(world, page)) >>> 16;
  const place = at === rootOf(world, entry) ? 'the array' : `+ ${at % PAGE}`;
  return `region ${region}, page ${page} ${place}`;
}
