// Where the words of a domain stand in the gated kernel, and what traces call them.

import type { World } from '../../src/structure.ts';
import { GRANT_BYTES, GRANTS, PAGE, SLOT_BYTES, SLOTS, slotAt } from '../common.ts';

/** Gated sizes of limbo.ts and blocks.ts. */
export const HEAD = 32;
export const BLOCK = 48;
export const CLASS = 6;
export const DEPOT = 128;
/** The cells of a run, by their offset in its block: a register, and the top of a stack. */
export const REGISTER = 0;
export const TOP = 4;

export const grantAt = (world: World, i: number): number =>
  world.u32(88) + 8 * 64 + i * GRANT_BYTES;

export function record(world: World): { root: number; homes: number; bytes: number; at: number } {
  const root = world.threads[0]!.local.root!;
  const at = root + ((DEPOT + 17 * 8 + 63) & ~63);
  return { root, homes: world.u32(root + 4), bytes: world.u32(root + 8), at };
}

// ---- names for traces ---------------------------------------------------------------------------

const HOME: Record<number, string> = {
  0: 'owner',
  4: 'nested',
  8: 'pending',
  16: 'fresh',
  24: 'kept',
  32: 'balance',
  40: 'announced',
  48: 'births',
  56: 'now',
  [64 + CLASS * 8]: 'W',
};
const BLOCK_WORDS: Record<number, string> = {
  0: 'birth',
  8: 'retired',
  16: 'a',
  20: 'b',
  24: 'f',
  28: 'tag',
  32: 'value',
  36: 'next',
};

export function word(at: number, world: World): string | undefined {
  if (at === 128) return 'clock';
  const participants = world.u32(36);
  if (at >= SLOTS && at < slotAt(participants)) {
    const x = (at - SLOTS) % SLOT_BYTES;
    const field = ({ 0: 'state', 24: 'pins', 64: 'lower', 72: 'upper' } as Record<number, string>)[
      x
    ];
    return `slot[${Math.floor((at - SLOTS) / SLOT_BYTES)}].${field ?? `+${x}`}`;
  }
  if (at === 512) return 'granted';
  const grant = at - grantAt(world, 0);
  if (grant >= 0 && grant < GRANTS * GRANT_BYTES) {
    const field = ({ 0: 'state', 8: 'of', 16: 'era', 24: 'root' } as Record<number, string>)[
      grant % GRANT_BYTES
    ];
    return `grant[${Math.floor(grant / GRANT_BYTES)}].${field}`;
  }
  const { root, homes, bytes, at: first } = record(world);
  if (root === 0) return undefined;
  if (at >= first && at < first + homes * bytes) {
    const x = (at - first) % bytes;
    return `home[${Math.floor((at - first) / bytes)}].${HOME[x] ?? `+${x}`}`;
  }
  if (at === root + 64) return 'epoch';
  if (at === root + DEPOT + CLASS * 8) return 'depot';
  if (at === world.threads[0]!.local.cells) return 'register';
  if (at === world.threads[0]!.local.cells! + TOP) return 'top';
  const page = Math.floor(at / PAGE);
  if (page < world.u32(104)) return undefined;
  return `page ${page} + ${at % PAGE} (${BLOCK_WORDS[(at - HEAD) % BLOCK] ?? ''})`;
}
