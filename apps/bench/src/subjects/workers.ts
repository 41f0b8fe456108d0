// What workers do together on one map: all read, then all overwrite, each a part of the keys.

import { KEYS, type Key } from '../keys.ts';
import { blockMapsOf } from '../maps/index.ts';
import type { BenchMap } from '../maps/map.ts';
import { codecs, ours } from '../maps/ours.ts';
import type { List } from '../maps/skiplist.ts';
import { ascending, keysOf, shuffled } from '../random.ts';
import { shareArena } from '../shared.ts';
import type { Bench, Job } from '../types.ts';
import { VALUES } from '../values.ts';
import { LANES, setAll, settle, WARM_UP } from '../workloads.ts';

const { f64 } = VALUES;

/** How one kind of map is shared: every thread of the job gets it, with all entries. */
type Share = (job: Job, bench: Bench) => Promise<BenchMap>;

/** Each key's value is its number. */
function filled(map: BenchMap, { size, seed }: Job): void {
  const order = shuffled(size, seed);
  setAll(map, keysOf(order), order);
}

const blocks =
  (name: 'masstree' | 'hamt'): Share =>
  async (job, bench) => {
    const maps = await blockMapsOf(name);
    const { arena, told } = await shareArena(bench, () => {
      const made = maps.arena(job.size, f64);
      const map = maps.create(made, f64);
      filled(ours(map, f64), job);
      return [made, map.handle];
    });
    return ours(maps.attach(arena, told, f64), f64);
  };

const list: Share = async (job, bench) => {
  const { SkipList } = await import('@x/skiplist');
  const { listArena } = await import('../maps/skiplist.ts');
  const { arena, told } = await shareArena<List['handle']>(bench, () => {
    const made = listArena(job.size, f64);
    const map = SkipList.create(made, codecs(f64));
    filled(ours(map, f64), job);
    return [made, map.handle];
  });
  return ours(SkipList.attach(arena, told, codecs(f64)), f64);
};

const lmdb: Share = async (job, bench) => {
  const { lmdbIn, newFolder } = await import('../maps/lmdb.ts');
  let first: BenchMap | undefined;
  const folder = await bench.share(() => {
    const made = newFolder();
    first = lmdbIn(made, f64, KEYS.user);
    filled(first, job);
    return made;
  });
  return first ?? lmdbIn(folder, f64, KEYS.user);
};

/** What one does without shared memory: each worker has all of it once more. */
const copies: Share = async (job) => {
  const { openMap } = await import('../maps/plain.ts');
  const map = openMap(job.size, f64, KEYS.user);
  filled(map, job);
  return map;
};

const fixed: Share = async (job, bench) => {
  const { newSharedMap, overSharedMap, restored } = await import('../maps/sharedmap.ts');
  const told = await bench.share(() => {
    const map = newSharedMap(job.size);
    filled(overSharedMap(map), job);
    return map;
  });
  return overSharedMap(restored(told));
};

const messages: Share = async (job, bench) => {
  const { overMessages, startOwner } = await import('../maps/messages.ts');
  const map = overMessages(await bench.deal(() => startOwner(job.threads)));
  if (job.thread === 0) filled(map, job);
  return map;
};

interface Way {
  readonly share: Share;
  readonly writes: boolean;
  /** One of so many keys is timed, where a `get` takes long; the others are read together. */
  readonly oneOf?: number;
}

const SHARED = {
  masstree: { share: blocks('masstree'), writes: true },
  hamt: { share: blocks('hamt'), writes: true },
  skiplist: { share: list, writes: true },
  lmdb: { share: lmdb, writes: true },
  sharedmap: { share: fixed, writes: true },
  'Map by messages': { share: messages, writes: true, oneOf: 10 },
  // A write would have to be told to all others.
  Map: { share: copies, writes: false },
} satisfies Record<string, Way>;

/** `masstree, 2`: the map, and how many workers. */
export async function workers(job: Job, bench: Bench): Promise<void> {
  const name = job.subject.replace(/, \d+$/, '') as keyof typeof SHARED;
  const { share, writes, oneOf = 1 }: Way = SHARED[name];
  const map = await share(job, bench);
  const own = shuffled(job.size, job.seed + 1).filter((n) => n % job.threads === job.thread);
  warmUp(map, Math.min(WARM_UP, job.size), writes);
  await settle(job);
  const alone = keysOf(own.filter((_, at) => at % oneOf === 0));
  const rest = keysOf(own.filter((_, at) => at % oneOf !== 0));
  let sum = 0;
  const getAlone = (): number => {
    sum = sumOf(map, alone);
    return sum;
  };
  bench.measure('get', alone.length, getAlone, () => (sum + sumTogether(map, rest)) >>> 0);
  if (map.getMany !== undefined) {
    const asked = keysOf(own);
    bench.measure('getMany', own.length, () => sumTogether(map, asked));
  }
  const written = keysOf(own);
  const values = own.map((n) => job.size - n);
  if (writes) {
    const overwrite = (): number => {
      setAll(map, written, values);
      return 0;
    };
    const check = map.getMany === undefined ? sumOf : sumTogether;
    bench.measure('set', own.length, overwrite, () => check(map, keysOf(own)));
  }
  await map.close();
}

/** Reads, one by one and together, and writes what is there. */
function warmUp(map: BenchMap, size: number, writes: boolean): void {
  const order = ascending(size);
  for (let time = 0; time < 2; time++) {
    sumOf(map, keysOf(order));
    if (map.getMany !== undefined) sumTogether(map, keysOf(order));
    if (writes) setAll(map, keysOf(order), order);
  }
}

/** The same in whichever order, and however the keys are divided. */
function sumOf(map: BenchMap, keys: readonly Key[]): number {
  let sum = 0;
  for (const key of keys) sum = (sum + (map.get(key) as number)) >>> 0;
  return sum;
}

/** As `sumOf`, many keys a call. */
function sumTogether(map: BenchMap, keys: Key[]): number {
  let sum = 0;
  for (let at = 0; at < keys.length; at += LANES) {
    for (const value of map.getMany!(keys.slice(at, at + LANES))) {
      sum = (sum + (value as number)) >>> 0;
    }
  }
  return sum;
}
