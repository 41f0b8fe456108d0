// @x/shm-arena/domain: what domains of reclamation have in common. Experimental: it may change in
// any release.

export type { AtomicHandle, BlockStats, Blocks, BlocksFactory, Reader } from './reclaim/blocks.ts';
export * from './reclaim/domain.ts';
