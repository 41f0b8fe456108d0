// AvlBatch while it is written to, and rebuilt by stretches or not: how long until an operation is
// visible, whether the queue runs over, and what a read costs another thread meanwhile.

import { AvlBatch, type Ticket } from '@x/avl-batch';
import { Arena } from '@x/shm-arena';
import { u32 } from '@x/shm-arena/codec';
import { generator } from '../random.ts';
import { shareArena } from '../shared.ts';
import type { Bench, Job } from '../types.ts';
import { WARM_UP } from '../workloads.ts';

type Tree = AvlBatch<number, number>;

const CODECS = { key: u32, value: u32 };
/** What an entry takes in a tree that was just rebuilt. */
const ENTRY_BYTES = 48;
/** What queues and the arena's own tables take, and more. */
const BESIDE_BYTES = 2 ** 23;
/** By subject: how many trees there is room for. */
const TREES: Record<string, number> = { rebuilt: 2.5, 'not rebuilt': 4 };

/** Operations of a build while the tree grows. */
const STEP = 16_000;
const RATE_A_MS = 50;
/** One operation in so many is followed. */
const SAMPLED = 100;
/** How long the writer sleeps, so that reader and builder have a core each. */
const TICK_MS = 1;

/** Thread 0 reads; thread 1 writes 50 000 operations a second, and a builder applies them. */
export async function rebuilding(job: Job, bench: Bench): Promise<void> {
  const rebuilds = job.subject === 'rebuilt';
  const { arena, told } = await shareArena(bench, () => {
    const bytes = job.size * ENTRY_BYTES * TREES[job.subject]! + BESIDE_BYTES;
    const made = Arena.create({ bytes: Math.ceil(bytes / 2 ** 16) * 2 ** 16 });
    const map = AvlBatch.create(made, { ...CODECS, batch: { autoCompact: rebuilds } });
    fill(map, job.size);
    /** Word 0: 1 = the reader is done. */
    const words = new Int32Array(new SharedArrayBuffer(4));
    return [made, { handle: map.handle, words }];
  });
  const map = AvlBatch.attach(arena, told.handle, CODECS);
  if (job.thread === 0) read(map, job, bench, told.words);
  else await write(map, job, bench, told.words);
  map.close();
  arena.detach();
}

function fill(map: Tree, size: number): void {
  for (let n = 0; n < size; ) {
    for (const end = Math.min(size, n + STEP); n < end; n++) map.set(n, n);
    map.build();
  }
  map.compact();
}

function read(map: Tree, job: Job, bench: Bench, words: Int32Array): void {
  const next = generator(job.seed);
  const reads = (count: number) => (): number => {
    let found = 0;
    for (let n = 0; n < count; n++) if (map.get(next() % job.size) !== undefined) found++;
    return found === count ? 1 : 0; // The values change.
  };
  const few = Math.ceil(job.size / 10);
  reads(Math.min(few, WARM_UP))();
  bench.measure('rest', few, reads(few));
  bench.measure('get', job.size, reads(job.size));
  Atomics.store(words, 0, 1);
  bench.measure('rested', few, reads(few));
}

async function write(map: Tree, job: Job, bench: Bench, words: Int32Array): Promise<void> {
  const builder = map.startBuilder({ worker: true });
  await map.settled(map.set(0, 0)); // It runs.
  bench.measure('rest', 0, () => 0);
  bench.measure('get', 0, () => 0);
  const { took, refused } = follow(map, job, words);
  took.sort((a, b) => a - b);
  for (const [metric, part] of Object.entries({ p50: 0.5, p99: 0.99, p999: 0.999 })) {
    bench.count(metric, took[Math.floor((took.length - 1) * part)]!);
  }
  bench.count('refused', refused);
  await builder.stop();
  bench.measure('rested', 0, () => 0);
}

/**
 * Appends what is due until the reader is done. Milliseconds until visible of each hundredth, from
 * when it was due: what finds the queue full waits, and its wait counts.
 */
function follow(map: Tree, job: Job, words: Int32Array): { took: number[]; refused: number } {
  const next = generator(job.seed + 1);
  const followed: { ticket: Ticket; at: number }[] = [];
  const took: number[] = [];
  let refused = 0;
  const start = performance.now();
  let done = 0;
  do {
    const due = (performance.now() - start) * RATE_A_MS;
    for (; done < due; done++) {
      const ticket = appended(map, next() % job.size, done);
      if (ticket === undefined) {
        refused++;
        break;
      }
      if (done % SAMPLED === 0) followed.push({ ticket, at: start + done / RATE_A_MS });
    }
    while (followed.length > 0 && map.applied(followed[0]!.ticket)) {
      took.push(performance.now() - followed.shift()!.at);
    }
    Atomics.wait(words, 0, 0, TICK_MS);
  } while (Atomics.load(words, 0) === 0 || took.length === 0);
  return { took, refused };
}

/** Its ticket; undefined when the queue is full: the builder has fallen behind. */
function appended(map: Tree, key: number, value: number): Ticket | undefined {
  try {
    return map.set(key, value);
  } catch (error) {
    if ((error as { code?: string }).code !== 'QUEUE_FULL') throw error;
    return undefined;
  }
}
