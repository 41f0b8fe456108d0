// Following links inside the map's blocks (map/reach.ts says how far). What a lease keeps needs
// none of it: a snapshot's blocks are never stored into, and stay.
//
// R1  Whatever a walk stands on was current at some time of the call, and stays while its pin does.
//
// No site can check R1; the checker sees memory that is freed too early.

import { load32, load64 } from '@x/shm-arena/assembly/ground/atomic';
import { covered } from '@x/shm-arena/assembly/map/reach';
import { LOST } from './layout';

/** The link in a word of a block that the walk stands on, or LOST. `kept`: by a lease. */
export function hop(word: usize, kept: bool): u32 {
  const link = load32(word); // Pairs with the store that published the block.
  return kept || covered() ? link : LOST;
}

/** The block that a slot's value word names, or LOST. */
export function hopValue(word: usize, kept: bool): u32 {
  const block = <u32>load64(word);
  return kept || covered() ? block : LOST;
}
