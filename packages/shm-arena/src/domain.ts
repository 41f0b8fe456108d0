// @x/shm-arena/domain: what domains of reclamation have in common.

export type { AtomicHandle, BlockStats, Blocks, BlocksFactory, Reader } from './reclaim/blocks.ts';
export * from './reclaim/domain.ts';
