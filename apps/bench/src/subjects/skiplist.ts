import { Arena, type ArenaHandle } from '@x/shm-arena';
import { f64, utf8 } from '@x/shm-arena/codec';
import { SkipList, type SkipListHandle } from '@x/skiplist';
import { ascending, keysOf, mix, shuffled } from '../random.ts';
import type { Bench, Job } from '../types.ts';
import { entrySum, setAll, type Table, WARM_UP } from './table.ts';

const CODECS = { key: utf8, value: f64 };
/** More than any version of the list needs for an entry: the arena is reserved, not touched. */
const BYTES_PER_ENTRY = 256;
const LEAST_BYTES = 2 ** 26;

type List = SkipList<string, number>;

function newArena(entries: number): Arena {
  return Arena.create({ bytes: Math.max(LEAST_BYTES, entries * BYTES_PER_ENTRY) });
}

/** A list in an arena of its own. */
export function openSkipList(entries: number): Table {
  const arena = newArena(entries);
  const list = SkipList.create(arena, CODECS);
  return {
    ...tableOf(list),
    bytes: () => list.stats().bytes,
    close() {
      list.destroy();
      arena.detach();
    },
  };
}

function tableOf(list: List): Table {
  return {
    inOneTransaction: (body) => body(),
    set: (key, value) => void list.set(key, value),
    get: (key) => list.get(key),
    getMany: (keys, sum) => {
      for (const value of list.getMany(keys)) sum = mix(sum, value ?? -1);
      return sum;
    },
    writeBatch(keys, values, from, to) {
      const operations = [];
      for (let i = from; i < to; i++) {
        operations.push({ type: 'set' as const, key: keys[i]!, value: values[i]! });
      }
      list.writeBatch(operations);
    },
    entries(first, limit, sum) {
      const range = first === undefined ? {} : { gte: first };
      const options = limit === Infinity ? range : { ...range, limit };
      for (const [key, value] of list.entries(options)) sum = entrySum(sum, key, value);
      return sum;
    },
    close: () => list.close(),
  };
}

interface Shared {
  readonly arena: ArenaHandle;
  readonly list: SkipListHandle;
}

/** All threads of the subject write disjoint parts of the same keys into one list. */
export async function writers(job: Job, bench: Bench): Promise<void> {
  let made: Arena | undefined;
  const shared = await bench.share((): Shared => {
    made = newArena(job.size);
    return { arena: made.handle, list: SkipList.create(made, CODECS).handle };
  });
  const arena = made ?? Arena.attach(shared.arena);
  const list: List = SkipList.attach(arena, shared.list, CODECS);
  const table = tableOf(list);
  const part = Math.ceil(job.size / job.threads);
  const order = shuffled(job.size, job.seed);
  const own = order.subarray(job.thread * part, (job.thread + 1) * part);
  const keys = keysOf(own);
  warmUp();
  const check = (): number => (job.thread === 0 ? list.size : 0);
  bench.measure('set', own.length, () => setAll(table, keys, own), check);
  list.close();
  arena.detach();
}

function warmUp(): void {
  const order = ascending(WARM_UP);
  const table = openSkipList(WARM_UP);
  setAll(table, keysOf(order), order);
  void table.close();
}
