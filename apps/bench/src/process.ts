// The one entry of every measuring process, and of each further thread in it: it loads its subject
// and runs it, nothing else. The subject's thread 0 is the process's main thread.

import { writeSync } from 'node:fs';
import { inspect } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { suitesOf } from './suites/index.ts';
import type { Bench, Count, Done, Job, Stretch, Task } from './types.ts';

const job: Job = (workerData as Job | null) ?? {
  ...(JSON.parse(process.argv[2]!) as Task),
  thread: 0,
  barrier: new SharedArrayBuffer(12),
};
const others = job.thread === 0 ? Array.from({ length: job.threads - 1 }, startThread) : [];

function startThread(_: unknown, i: number): Worker {
  return new Worker(new URL(import.meta.url), { workerData: { ...job, thread: i + 1 } });
}

const theirs = others.map((worker): Promise<Done> => {
  return new Promise((resolve) => worker.once('message', resolve));
});
const stretches: Stretch[] = [];
const counts: Count[] = [];

const collect = collector();

/**
 * This thread's garbage collection. The flag is the process's, and goes back at once: with it,
 * Node's own code would be compiled anew in each thread. So another thread may take it back just
 * before this one looks; then once more.
 */
function collector(): () => void {
  for (;;) {
    setFlagsFromString('--expose-gc');
    const found = runInNewContext('typeof gc === "function" ? gc : undefined');
    setFlagsFromString('--no-expose-gc');
    if (found !== undefined) return found;
  }
}

const ARRIVED = 0;
const SPINNING = 1;
const FAILED = 2;
const meeting = new Int32Array(job.barrier);
let meetings = 0;

/** Returns when all threads are here: sleeps until the last one comes, then leaves in step. */
function meet(): void {
  if (job.threads === 1) return;
  const all = ++meetings * job.threads;
  arrive(ARRIVED, all, true);
  arrive(SPINNING, all, false);
}

function arrive(word: number, all: number, sleep: boolean): void {
  if (Atomics.add(meeting, word, 1) + 1 === all) {
    Atomics.notify(meeting, word);
    return;
  }
  for (let seen = Atomics.load(meeting, word); seen < all; seen = Atomics.load(meeting, word)) {
    if (sleep) Atomics.wait(meeting, word, seen, 100);
    if (Atomics.load(meeting, FAILED) !== 0) throw new Error('another thread has failed');
  }
}

const bench: Bench = {
  measure(metric, operations, body, after) {
    collect();
    meet();
    const cpu = process.threadCpuUsage();
    const startNs = Number(process.hrtime.bigint());
    const own = body();
    const endNs = Number(process.hrtime.bigint());
    const { user, system } = process.threadCpuUsage(cpu);
    const cpuNs = (user + system) * 1000;
    if (after !== undefined) meet();
    const checksum = after === undefined ? own : after();
    stretches.push({ metric, startNs, endNs, cpuNs, operations, checksum });
  },
  count(metric, value) {
    counts.push({ metric, value });
  },
  async share<T>(make: () => T | Promise<T>): Promise<T> {
    if (job.thread > 0) {
      return new Promise((resolve) => parentPort!.once('message', (value) => resolve(value as T)));
    }
    const value = await make();
    for (const worker of others) worker.postMessage(value);
    return value;
  },
  collect,
};

try {
  const [suite] = suitesOf(job.suite);
  const run = await suite!.load(job.subject);
  await run(job, bench);
  meet();
} catch (error) {
  // Thread 0 may be waiting where no event reaches it.
  if (job.thread > 0) writeSync(2, `${inspect(error)}\n`);
  Atomics.store(meeting, FAILED, 1);
  throw error;
}
const own: Done = { stretches, counts };
if (job.thread > 0) parentPort!.postMessage(own);
else process.send!([own, ...(await Promise.all(theirs))], () => process.exit());
