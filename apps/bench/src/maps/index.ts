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
  sharedmap: async () => (await import('./sharedmap.ts')).openSharedMap,
  'sorted-btree': async () => (await import('./plain.ts')).openSortedBtree,
  immutable: async () => (await import('./immutable.ts')).openImmutable,
  Map: async () => (await import('./plain.ts')).openMap,
  'Map by messages': async () => (await import('./messages.ts')).openMessages,
} satisfies Record<string, () => Promise<OpenMap>>;

export type MapName = keyof typeof MAPS;

/** How many entries are asked of those that would take minutes for more. */
export const MOST: { readonly [name in MapName]?: number } = {
  sharedmap: 1_000_000,
  immutable: 1_000_000,
  'Map by messages': 1_000_000,
};

/** The maps of blocks that a suite of that name is about: `masstree-threads`, `hamt-threads`. */
export async function blockMapsOf(suite: string): Promise<BlockMaps> {
  if (suite.startsWith('hamt')) return (await import('./hamt.ts')).HAMTS;
  return (await import('./masstree.ts')).MASSTREES;
}
