// Workers that do a named job, and the words they share with their test.

import { Worker } from 'node:worker_threads';
import type { Arena, Participant, StructureHandle } from '@x/shm-arena';

/** A worker at a job. */
export class Job {
  readonly worker: Worker;
  /** Resolves when the thread is gone. */
  readonly exit: Promise<number>;
  /** What the job returned, or its error. */
  readonly result: Promise<unknown>;

  constructor(worker: Worker) {
    this.worker = worker;
    this.exit = new Promise((resolve) => worker.once('exit', resolve));
    this.result = new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`the worker ended with code ${code}`)));
    });
    this.result.catch(() => {}); // A test that kills its worker does not ask for the result.
  }

  /** Ends the thread wherever it is, and waits until it is gone. */
  async kill(): Promise<void> {
    await this.worker.terminate();
    await this.exit;
  }
}

/** Waits for all results and for the threads to be gone. */
export async function finished(jobs: Job[]): Promise<unknown[]> {
  const results = await Promise.all(jobs.map((job) => job.result));
  await Promise.all(jobs.map((job) => job.exit));
  return results;
}

/** The end of this turn: what only stands to be found again is let go. */
export const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Counts down to nothing. */
export async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await turn();
}

/** Words that a test and its workers share: go, stop, and how far each one is. */
export class Control {
  readonly words: Int32Array<SharedArrayBuffer>;

  constructor(workers = 16) {
    this.words = new Int32Array(new SharedArrayBuffer(4 * (2 + 2 * workers)));
  }

  /** Lets the workers begin, all at once. */
  go(): void {
    Atomics.store(this.words, 0, 1);
    Atomics.notify(this.words, 0);
  }

  /** Asks workers that run until told to finish. */
  stop(): void {
    Atomics.store(this.words, 1, 1);
    Atomics.notify(this.words, 1);
  }

  /** How many calls of worker `index` have returned. */
  done(index: number): number {
    return Atomics.load(this.words, 2 + 2 * index);
  }

  /** The slot of worker `index`, as it wrote it down. */
  participant(index: number): Participant {
    const word = Atomics.load(this.words, 3 + 2 * index);
    return { slot: word & 255, generation: word >> 8 };
  }

  /** Resolves when worker `index` has finished `calls` calls; rejects when it ended before. */
  async reached(job: Job, index: number, calls: number): Promise<void> {
    let over = false;
    let cause: unknown;
    const end = (reason?: unknown) => {
      over = true;
      cause = reason;
    };
    job.result.then(end, end);
    while (this.done(index) < calls) {
      if (over && this.done(index) < calls) {
        throw new Error(`worker ${index} ended after ${this.done(index)} of ${calls}: ${cause}`);
      }
      await turn();
    }
  }
}

/**
 * Starts a thread that attaches arena and structure, waits for `go`, and does a job.
 * @param index of the thread, among those that share `control`
 */
export type Start = (
  arena: Arena,
  structure: { readonly handle: StructureHandle },
  control: Control,
  index: number,
  job: string,
  args?: Record<string, unknown>,
) => Job;

/** What starts the jobs of the worker's file `file`, which is built upon worker.mjs. */
export function starter(file: URL): Start {
  return (arena, { handle }, { words }, index, job, args = {}) => {
    const workerData = { arena: arena.handle, handle, words, index, job, args };
    const worker = new Worker(file, { workerData });
    arena.watch(worker);
    return new Job(worker);
  };
}
