import type { Job, Subject } from '../types.ts';
import { memory, type OpenTable, reads, writes } from './table.ts';

/** A worker loads the module of its own subject only. */
const TABLES: Record<string, () => Promise<OpenTable>> = {
  skiplist: async () => (await import('./skiplist.ts')).openSkipList,
  'avl-batch': async () => (await import('./avl.ts')).openCompacted,
  'avl-batch, grown': async () => (await import('./avl.ts')).openGrown,
  'sorted array': async () => (await import('./avl.ts')).openSorted,
  lmdb: async () => (await import('./lmdb.ts')).openLmdb,
  'sorted-btree': async () => (await import('./plain.ts')).openSortedBtree,
  Map: async () => (await import('./plain.ts')).openMap,
};

const TABLE_SUITES: Record<string, typeof writes> = {
  'skiplist-writes': writes,
  'skiplist-reads': reads,
  'skiplist-memory': memory,
  'avl-reads': reads,
};

/** Suites of our packages alone. */
const OWN_SUITES: Record<string, () => Promise<Subject>> = {
  'skiplist-writers': async () => (await import('./skiplist.ts')).writers,
  'skiplist-misses': async () => (await import('./misses.ts')).misses,
  'avl-build': async () => (await import('./avl.ts')).builds,
  'avl-append': async () => (await import('./avl.ts')).appends,
  'avl-live': async () => (await import('./avl.ts')).live,
  'avl-delay': async () => (await import('./avl.ts')).delays,
  'avl-misses': async () => (await import('./avl-misses.ts')).misses,
  'reclaim-pin': async () => (await import('./reclaim.ts')).pins,
  'reclaim-stack': async () => (await import('./reclaim.ts')).stack,
  'reclaim-retire': async () => (await import('./reclaim.ts')).retire,
  'reclaim-walk': async () => (await import('./reclaim.ts')).walk,
  'arena-alloc': async () => (await import('./arena.ts')).pairs,
  'arena-attach': async () => (await import('./arena.ts')).attach,
  'arena-crossing': async () => (await import('./arena.ts')).crossing,
};

/** What runs in a job's worker. RangeError for a name that no suite has. */
export async function subjectOf(job: Job): Promise<Subject> {
  const suite = TABLE_SUITES[job.suite];
  const table = TABLES[job.subject];
  if (suite !== undefined && table !== undefined) {
    const open = await table();
    return (own, bench) => suite(open, own, bench);
  }
  const own = OWN_SUITES[job.suite];
  if (own !== undefined) return own();
  throw new RangeError(`found ${job.suite}/${job.subject}: expected a subject of a known suite`);
}
