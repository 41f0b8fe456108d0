// The structures that the suites check. A new one adds its line here.

import type { Structure } from '../src/structure.ts';

/** Loaded on demand, so that one that does not compile does not stop the others. */
export const structures: Record<string, () => Promise<{ default: Structure }>> = {
  skiplist: () => import('./skiplist.ts'),
  arena: () => import('./arena.ts'),
  reclaim: () => import('./reclaim.ts'),
  avl: () => import('./avl.ts'),
  'sorted-array': () => import('./sorted-array.ts'),
  masstree: () => import('./masstree.ts'),
  hamt: () => import('./hamt.ts'),
  cache: () => import('./cache.ts'),
};

/** The checker's own test objects. */
export const toys: Record<string, () => Promise<{ default: Structure }>> = {
  stack: () => import('../test/toys/stack.ts'),
  words: () => import('../test/toys/words.ts'),
  lock: () => import('../test/toys/lock.ts'),
  pool: () => import('../test/toys/pool.ts'),
};
