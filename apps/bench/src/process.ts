// The one entry of every measuring process, and of each further thread in it: it loads its subject
// and runs it, nothing else. The subject's thread 0 is the process's main thread. A process that is
// not there to measure is given several tasks, one after the other.

import { writeSync } from 'node:fs';
import { inspect } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { collector } from './collect.ts';
import { suitesOf } from './suites/index.ts';
import type { Bench, Count, Done, Job, Stretch, Task } from './types.ts';

const collect = collector();

const ARRIVED = 0;
const SPINNING = 1;
const FAILED = 2;

/** Where the threads of a subject meet. */
class Meeting {
  private readonly words: Int32Array;
  private readonly threads: number;
  private meetings = 0;

  constructor({ barrier, threads }: Job) {
    this.words = new Int32Array(barrier);
    this.threads = threads;
  }

  /** Returns when all threads are here: sleeps until the last one comes, then leaves in step. */
  meet(): void {
    if (this.threads === 1) return;
    const all = ++this.meetings * this.threads;
    this.arrive(ARRIVED, all, true);
    this.arrive(SPINNING, all, false);
  }

  private arrive(word: number, all: number, sleep: boolean): void {
    const { words } = this;
    if (Atomics.add(words, word, 1) + 1 === all) {
      Atomics.notify(words, word);
      return;
    }
    for (let seen = Atomics.load(words, word); seen < all; seen = Atomics.load(words, word)) {
      if (sleep) Atomics.wait(words, word, seen, 100);
      if (Atomics.load(words, FAILED) !== 0) throw new Error('another thread has failed');
    }
  }

  fail(): void {
    Atomics.store(this.words, FAILED, 1);
  }
}

/** What the main thread hands to this one. */
function handed<T>(): Promise<T> {
  return new Promise((resolve) => {
    parentPort!.once('message', (value) => resolve(value as T));
  });
}

/** What this thread does of a job; `others` are the threads that the main one has started. */
async function run(job: Job, others: readonly Worker[]): Promise<Done> {
  const meeting = new Meeting(job);
  const stretches: Stretch[] = [];
  const counts: Count[] = [];
  const bench: Bench = {
    measure(metric, operations, body, after) {
      collect();
      meeting.meet();
      const cpu = process.threadCpuUsage();
      const startNs = Number(process.hrtime.bigint());
      const own = body();
      const endNs = Number(process.hrtime.bigint());
      const { user, system } = process.threadCpuUsage(cpu);
      const cpuNs = (user + system) * 1000;
      if (after !== undefined) meeting.meet();
      const checksum = after === undefined ? own : after();
      stretches.push({ metric, startNs, endNs, cpuNs, operations, checksum });
    },
    count(metric, value) {
      counts.push({ metric, value });
    },
    async share<T>(make: () => T | Promise<T>): Promise<T> {
      if (job.thread > 0) return handed();
      const value = await make();
      for (const worker of others) worker.postMessage(value);
      return value;
    },
    async deal(make) {
      if (job.thread > 0) return handed();
      const [own, ...rest] = make();
      for (const [at, worker] of others.entries()) {
        const theirs = rest[at]!;
        worker.postMessage(theirs, [theirs.port]);
      }
      return own!;
    },
    collect,
  };
  try {
    const [suite] = suitesOf(job.suite);
    const subject = await suite!.load(job.subject);
    await subject(job, bench);
    meeting.meet();
  } catch (error) {
    // Thread 0 may be waiting where no event reaches it.
    if (job.thread > 0) writeSync(2, `${inspect(error)}\n`);
    meeting.fail();
    throw error;
  }
  return { stretches, counts };
}

/** A task in all its threads. */
async function perform(task: Task): Promise<Done[]> {
  const job: Job = { ...task, thread: 0, barrier: new SharedArrayBuffer(12) };
  const others = Array.from({ length: task.threads - 1 }, (_, i) => {
    return new Worker(new URL(import.meta.url), { workerData: { ...job, thread: i + 1 } });
  });
  const theirs = others.map((worker): Promise<Done> => {
    return new Promise((resolve) => worker.once('message', resolve));
  });
  const done = [await run(job, others), ...(await Promise.all(theirs))];
  await Promise.all(others.map((worker) => worker.terminate()));
  return done;
}

if (isMainThread) {
  const done: Done[][] = [];
  for (const task of JSON.parse(process.argv[2]!) as Task[]) done.push(await perform(task));
  process.send!(done, () => process.exit());
} else {
  parentPort!.postMessage(await run(workerData as Job, []));
}
