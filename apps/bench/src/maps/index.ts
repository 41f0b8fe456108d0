import type { OpenMap } from './map.ts';
import type { BlockMaps } from './ours.ts';

/**
 * The maps that are measured, by the names that the tables show: ours, and what one would use in
 * their place. A process loads the module of its own map only.
 */
export const MAPS = {
  masstree: async () => (await import('./masstree.ts')).openMasstree,
  hamt: async () => (await import('./hamt.ts')).openHamt,
  skiplist: async () => (await import('./skiplist.ts')).openSkipList,
  'avl-batch': async () => (await import('./avl.ts')).openCompacted,
  'avl-batch, grown': async () => (await import('./avl.ts')).openGrown,
  'sorted array': async () => (await import('./sorted.ts')).openSorted,
  lmdb: async () => (await import('./lmdb.ts')).openLmdb,
  'sorted-btree': async () => (await import('./plain.ts')).openSortedBtree,
  Map: async () => (await import('./plain.ts')).openMap,
} satisfies Record<string, () => Promise<OpenMap>>;

export type MapName = keyof typeof MAPS;

/** The maps of blocks that a suite of that name is about: `masstree-threads`, `hamt-threads`. */
export async function blockMapsOf(suite: string): Promise<BlockMaps> {
  if (suite.startsWith('hamt')) return (await import('./hamt.ts')).HAMTS;
  return (await import('./masstree.ts')).MASSTREES;
}
