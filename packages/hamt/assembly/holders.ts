// Who holds back memory of the map: the threads that have leases, of snapshots or of whatever else.
// A lease keeps what was in any structure of the arena at its era, so no map needs to know which
// ones are its own snapshots', and there is nothing to repair: recovery drops those of the dead.
//
//   at   u32 rows   then a row for each such thread: 0 u32 slot   4 u32 leases   8 f64 age of the
//        oldest one, in eras
//
// All of it is read from slots (reservation.ts) while others store: a sum of moments.

import { load64, put32, put64 } from '@x/shm-arena/assembly/ground/atomic';
import {
  CLOCK,
  kindOf,
  LEASES,
  PARTICIPANTS,
  S_LEASES,
  S_OVER_LOWER,
  S_STATE,
  SLOT_FREE,
  slotAt,
} from '@x/shm-arena/assembly/ground/layout';
import { ledgerCount, ledgerFirst } from '@x/shm-arena/assembly/memory/ledger';

const ROW: usize = 16;

let leases: u32 = 0;
let oldest: u64 = 0;

/** Writes the rows behind their number at `at`, which is 8-aligned. O(threads + leases). */
export function putHolders(at: usize): void {
  const now = load64(CLOCK);
  let rows: u32 = 0;
  for (let slot: u32 = 0; slot < PARTICIPANTS; slot++) {
    count(slotAt(slot));
    if (leases == 0) continue;
    const row = at + 8 + <usize>rows * ROW;
    rows++;
    put32(row, slot);
    put32(row + 4, leases);
    put64(row + 8, reinterpret<u64>(now > oldest ? <f64>(now - oldest) : 0));
  }
  put32(at, rows);
}

/** Counts a slot's leases. Those that share an interval, for want of memory, count as one. */
function count(slot: usize): void {
  leases = 0;
  oldest = ~0;
  if (kindOf(load64(slot + S_STATE)) == SLOT_FREE) return;
  for (let i: u32 = 0; i < LEASES; i++) note(load64(slot + S_LEASES + ((<usize>i) << 3)));
  note(load64(slot + S_OVER_LOWER));
  const further = ledgerCount(slot);
  if (further == 0) return;
  leases += further;
  oldest = min(oldest, ledgerFirst(slot, 1));
}

function note(era: u64): void {
  if (era == 0) return;
  leases++;
  oldest = min(oldest, era);
}
