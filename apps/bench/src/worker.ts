// The one entry of every measuring worker: it loads its subject and runs it, nothing else.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import { subjectOf } from './subjects/index.ts';
import type { Bench, Count, FromWorker, Job, Stretch } from './types.ts';

const job = workerData as Job;
const port = parentPort!;
const stretches: Stretch[] = [];
const counts: Count[] = [];

const collect = collector();

/**
 * This thread's garbage collection. The flag is the process's, and goes back at once: with it,
 * Node's own code would be compiled anew in each worker. So another worker may take it back just
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
      return new Promise((resolve) => port.once('message', (value) => resolve(value as T)));
    }
    const value = await make();
    send({ type: 'share', value });
    return value;
  },
  collect,
};

function send(message: FromWorker): void {
  port.postMessage(message);
}

const run = await subjectOf(job);
await run(job, bench);
meet();
send({ type: 'done', stretches, counts });
