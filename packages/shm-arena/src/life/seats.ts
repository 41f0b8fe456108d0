// The seats of this copy of the package, found by their record or by an Arena object.

import type { Arena } from '../api.ts';
import { ShmError, typeError } from '../ground/errors.ts';
import { describeFound } from './handles.ts';
import { isArena, type SharedSeat, threadRecord } from './record.ts';
import { recover } from './recovery.ts';
import { Seat } from './seat.ts';

/** Seats of this copy, by their shared record. */
const seats = new WeakMap<SharedSeat, Seat>();

/** This copy's view of a shared seat. */
export function seatFor(shared: SharedSeat): Seat {
  let seat = seats.get(shared);
  if (seat === undefined) seats.set(shared, (seat = new Seat(shared, recover)));
  return seat;
}

/** Notes the seat of an Arena object; null: it was detached. */
export function setSeat(arena: object, seat: Seat | null): void {
  threadRecord().arenas.set(arena, seat === null ? null : seat.shared);
}

/** The seat of an Arena object, also of one that another copy of this package made. */
export function seatOf(arena: Arena): Seat {
  if (!isArena(arena)) {
    throw typeError(`expected an Arena, found ${describeFound(arena)}`, 'WRONG_TYPE');
  }
  const shared = threadRecord().arenas.get(arena);
  if (shared == null) throw new ShmError('CLOSED', 'the arena was detached');
  return seatFor(shared);
}
