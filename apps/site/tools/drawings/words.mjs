// The words of a structure's memory, and keys in it.

import * as system from '../../../../packages/shm-arena/build/numbers/ground/layout.ts';

/** The words of an arena. */
export function wordsOf(arena) {
  const view = new DataView(arena.memory.buffer);
  const u32 = (at) => view.getUint32(at, true);
  const u64 = (at) => view.getBigUint64(at, true);
  return { u8: (at) => view.getUint8(at), u32, u64 };
}

/** What a structure's entry in the directory names. */
export function rootOf({ u32 }, { entry }) {
  return u32(u32(system.H_DIRECTORY_AT) + entry * system.ENTRY_BYTES + system.D_ROOT);
}

/** A key's bytes from slices of eight, the first byte of each the highest. */
export function textOf(slices, length) {
  const bytes = slices.flatMap((slice) =>
    Array.from({ length: 8 }, (_, i) => Number((slice >> BigInt(56 - 8 * i)) & 255n)),
  );
  return Buffer.from(bytes.slice(0, length)).toString();
}

/** So many of something. */
export const numbered = (count, each) => Array.from({ length: count }, (_, n) => each(n));
