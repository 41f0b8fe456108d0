// The slots of an arena, counted by what they are.

import { ShmError } from './errors.ts';
import { type ArenaKernel, SlotKind } from './kernel.ts';

/**
 * Slots that an arena has beyond its `participants`. It takes a slot to recover the dead, so a
 * thread that finds only theirs sits on the spare one (the last, which the kernel gives last),
 * recovers them, and takes one of those. It stays there only while the dead wait for a package that
 * this thread is still to load. If it dies on the spare slot, it is one of the dead.
 */
export const SPARE_SLOTS = 1;

/** How many slots are of a kind. O(participants). */
export function countSlots(kernel: ArenaKernel, kind: number): number {
  let found = 0;
  for (let slot = kernel.participants() - 1; slot >= 0; slot--) {
    if (kernel.slotKind(slot) === kind) found++;
  }
  return found;
}

/** Whether some slot waits for recovery. */
export function hasDead(kernel: ArenaKernel): boolean {
  for (let slot = kernel.participants() - 1; slot >= 0; slot--) {
    if (kernel.slotKind(slot) > SlotKind.ALIVE) return true;
  }
  return false;
}

/** The error of a thread that found no slot. */
export function noSlot(kernel: ArenaKernel): ShmError {
  const most = kernel.participants() - SPARE_SLOTS;
  const dead = countSlots(kernel, SlotKind.DEAD) + countSlots(kernel, SlotKind.ORPHANED);
  const found =
    dead === 0
      ? `${most} alive; detach one, report one that is dead, or create the arena with more ` +
        '`participants`'
      : `${dead} dead and no free slot; call \`recover\` in an attached thread that has opened ` +
        'the structures that the dead had open';
  return new ShmError(
    'NO_SLOT',
    `attach: expected one of ${most} participants free, found ${found}`,
  );
}
