// AvlBatch while another thread writes and builds: reading meanwhile, and how long until visible.

import { AvlBatch, type BatchOptions, type Ticket } from '@x/avl-batch';
import { overTree, STEP, type Tree, treeArena } from '../maps/avl.ts';
import { codecs } from '../maps/ours.ts';
import { countPercentiles } from '../percentiles.ts';
import { keysOf, shuffled } from '../random.ts';
import { shareArena } from '../shared.ts';
import type { Bench, Job } from '../types.ts';
import { VALUES } from '../values.ts';
import { getAll, setAll, WARM_UP } from '../workloads.ts';

const { f64 } = VALUES;
const CODECS = codecs(f64);

const RATE_A_MS = 100;

/**
 * Thread 0 reads. Thread 1 sleeps; or it writes 100 000 operations a second into its queue and
 * builds every 10 milliseconds, rebuilding when due, as the package does by itself.
 */
export async function live(job: Job, bench: Bench): Promise<void> {
  const { arena, told } = await shareArena(bench, () => {
    const made = treeArena(job.size);
    const map: Tree = AvlBatch.create(made, CODECS);
    fill(map, job);
    if (job.subject === 'after builds') age(map, job);
    /** Word 0: 1 = the reader is done. */
    const words = new Int32Array(new SharedArrayBuffer(4));
    return [made, { handle: map.handle, words }];
  });
  const map: Tree = AvlBatch.attach(arena, told.handle, CODECS);
  if (job.thread === 0) read(map, job, bench, told.words);
  else if (job.subject === 'during builds') write(map, job, bench, told.words);
  else rest(bench, told.words);
  map.close();
  arena.detach();
}

/** Rebuilt. */
function fill(map: Tree, job: Job): void {
  const order = shuffled(job.size, job.seed);
  setAll(overTree(map), keysOf(order), order);
  map.build();
  map.compact();
}

/** Builds as `write` makes them, until half of what a tree takes before it is rebuilt. */
function age(map: Tree, job: Job): void {
  const keys = writtenKeys(job);
  const { compactBytes } = map.stats();
  for (let i = 0; map.stats().treeBytes < 1.5 * compactBytes; ) {
    for (const end = i + STEP; i < end; i++) map.set(keys[i % keys.length]!, i);
    map.build();
  }
}

/** Half of them are new. */
function writtenKeys(job: Job): string[] {
  return keysOf(shuffled(2 * job.size, job.seed + 3));
}

const PASSES = 4;
/** A pass that asks the clock at each key. */
const TIMED = 2;

function read(map: Tree, job: Job, bench: Bench, words: Int32Array): void {
  const probes = shuffled(job.size, job.seed + 1);
  const table = overTree(map);
  getAll(table, keysOf(probes.subarray(0, WARM_UP)), f64);
  const keys = keysOf(probes);
  bench.measure('get', PASSES * job.size, () => {
    let found = 0;
    for (let pass = 0; pass < PASSES; pass++) found = getAll(table, keys, f64);
    return found === 0 ? 0 : 1; // The values change.
  });
  const took = new Float64Array(TIMED * job.size);
  for (let i = 0; i < took.length; i++) {
    const key = keys[i % keys.length]!;
    const start = performance.now();
    table.get(key);
    took[i] = performance.now() - start;
  }
  countPercentiles(bench, took, 1e6);
  Atomics.store(words, 0, 1);
  Atomics.notify(words, 0);
}

function rest(bench: Bench, words: Int32Array): void {
  bench.measure('get', 0, () => 0);
  Atomics.wait(words, 0, 0);
}

const TICK_MS = 10;
/** Below what a queue takes: after a rebuild more are due than usual. */
const MOST_A_TICK = 10_000;

function write(map: Tree, job: Job, bench: Bench, words: Int32Array): void {
  const keys = writtenKeys(job);
  let applied = 0;
  let from = 0;
  bench.measure('get', 0, () => 0);
  const start = performance.now();
  const rests = (ms: number): boolean => Atomics.wait(words, 0, 0, Math.max(0, ms)) === 'timed-out';
  let tick = 0;
  do {
    const due = Math.ceil((performance.now() - start) * RATE_A_MS) - applied;
    for (const end = from + Math.min(due, MOST_A_TICK); from < end; from++) {
      map.set(keys[from % keys.length]!, from);
    }
    applied += map.build().applied;
    tick++;
  } while (rests(start + tick * TICK_MS - performance.now()));
  bench.count('pace', (1e6 * (performance.now() - start)) / applied);
}

// ---- from append to visible ---------------------------------------------------------------------

/** One operation in so many is followed. */
const SAMPLED = 100;
const PACES: Record<string, BatchOptions> = {
  'as it comes': {},
  'maxDelayMs 1': { maxDelayMs: 1 },
  'maxDelayMs 0': { maxDelayMs: 0 },
};

/**
 * This thread appends 100 000 operations a second, one by one as they are due, and looks when each
 * hundredth is visible; a builder in a thread of its own applies them.
 */
export async function delays(job: Job, bench: Bench): Promise<void> {
  const arena = treeArena(job.size);
  const map: Tree = AvlBatch.create(arena, { ...CODECS, batch: PACES[job.subject]! });
  fill(map, job);
  const keys = writtenKeys(job);
  const builder = map.startBuilder({ worker: true });
  await map.settled(map.set(keys[0]!, 0)); // It runs.
  follow(map, keys, Math.ceil(job.size / 4));
  await map.flush();
  countPercentiles(bench, Float64Array.from(follow(map, keys, job.size)), 1);
  await builder.stop();
  map.destroy();
  arena.detach();
}

/** Its ticket; undefined when the queue is full: the builder has fallen behind. */
function appended(map: Tree, key: string, value: number): Ticket | undefined {
  try {
    return map.set(key, value);
  } catch (error) {
    if ((error as { code?: string }).code !== 'QUEUE_FULL') throw error;
    return undefined;
  }
}

/**
 * Milliseconds until visible, of the operations that are followed, from when each is due: one that
 * finds the queue full waits, and its wait counts.
 */
function follow(map: Tree, keys: readonly string[], operations: number): number[] {
  const followed: { ticket: Ticket; at: number }[] = [];
  const took: number[] = [];
  const start = performance.now();
  for (let done = 0; done < operations || followed.length > 0; ) {
    if (done < operations && (performance.now() - start) * RATE_A_MS > done) {
      const ticket = appended(map, keys[done % keys.length]!, done);
      if (ticket !== undefined && ++done % SAMPLED === 0) {
        followed.push({ ticket, at: start + (done - 1) / RATE_A_MS });
      }
    }
    if (followed.length > 0 && map.applied(followed[0]!.ticket)) {
      took.push(performance.now() - followed.shift()!.at);
    }
  }
  return took;
}
