// A kind of structure: what its package says of it once, made known to all copies in this thread.

import type { AnyKernel, KernelBytes } from '../ground/kernel.ts';
import { type Protocols, protocolsOf } from '../ground/protocol.ts';
import { hasDead } from '../ground/slots.ts';
import { keyOf, type RegisteredType, threadRecord } from '../life/record.ts';
import { recover } from '../life/recovery.ts';
import type { Seat } from '../life/seat.ts';
import { seatFor } from '../life/seats.ts';
import type { Crossing } from '../values/crossing.ts';

/** A kind of structure, as its package describes it. One object for each kind. */
export interface StructureType<X extends AnyKernel> {
  /** At most 24 bytes: 'SkipList'. */
  readonly type: string;
  /** The name under which the kernel exports the number of its own protocol. */
  readonly own: `${string}_PROTOCOL`;
  /** The package's kernel: always the same function. */
  readonly kernel: KernelBytes;
  /**
   * Finishes or takes back what the dead participant `slot` had begun in `entry`, while that has
   * the generation: else it does nothing and says OK or CLOSED, for the entry may have another
   * type by then. A status; it may be called again, and may itself have died anywhere before.
   */
  repair(kernel: X, entry: number, generation: number, slot: number): number;
  /** Walks the structure; one sentence for each problem. */
  verify(kernel: X, entry: number, generation: number, crossing: Crossing): string[];
}

/** Seats for which a type was registered: what waited for it is repaired at that moment. */
const registered = new WeakMap<Seat, Set<string>>();

/** Makes a kind of structure known in this thread, and repairs what waited for it. */
export function registerType(seat: Seat, type: StructureType<AnyKernel>): void {
  let own = registered.get(seat);
  if (own === undefined) registered.set(seat, (own = new Set()));
  const numbers = protocolsOf(seat.instance(type.kernel, type.type), type.own);
  const key = keyOf(type.type, numbers);
  if (own.has(key)) return;
  own.add(key);
  const { types } = threadRecord();
  if (!types.has(key)) types.set(key, bind(type, numbers));
  if (hasDead(seat.kernel)) recover(seat);
}

function bind(type: StructureType<AnyKernel>, numbers: Protocols): RegisteredType {
  return {
    type: type.type,
    ...numbers,
    repair(shared, entry, generation, slot) {
      const kernel = seatFor(shared).instance(type.kernel, type.type);
      return type.repair(kernel, entry, generation, slot);
    },
    verify(shared, entry, generation) {
      const seat = seatFor(shared);
      const kernel = seat.instance(type.kernel, type.type);
      return type.verify(kernel, entry, generation, seat.crossing);
    },
  };
}
