// What the tests share: a seeded generator, fresh arenas, and workers that do a named job.

import { Worker } from 'node:worker_threads';
import { Arena, type ArenaOptions, type Participant } from '@x/shm-arena';
import type { AvlBatch } from '../src/index.ts';

/** The seed of this run: SEED=… replays. Every random test prints it when it fails. */
export const seed = Number(process.env.SEED ?? 20_261_121);

/** How a failed run is repeated. */
export const replay = (file: string) => `SEED=${seed} npx vitest run test/${file}`;

/** A small seeded generator of numbers from 0 to `below` - 1 (mulberry32). */
export function random(start: number): (below: number) => number {
  let state = start >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

export const freshArena = (options: ArenaOptions = {}): Arena =>
  Arena.create({ bytes: 64 * 2 ** 20, participants: 16, ...options });

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
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

export interface Job {
  worker: Worker;
  /** What the job returned, or its error. */
  result: Promise<unknown>;
  /** Resolves when the thread is gone. */
  exit: Promise<number>;
}

/** Starts a thread that attaches arena and map, waits for `go`, does a job of workers/jobs.mjs. */
export function start(
  arena: Arena,
  map: AvlBatch<string, never> | AvlBatch<string, number>,
  control: Control,
  index: number,
  job: string,
  args: Record<string, unknown> = {},
): Job {
  const workerData = {
    arena: arena.handle,
    map: map.handle,
    words: control.words,
    ...{ index, job, args },
  };
  const worker = new Worker(new URL('./workers/jobs.mjs', import.meta.url), { workerData });
  arena.watch(worker);
  const exit = new Promise<number>((resolve) => worker.once('exit', resolve));
  const result = new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the worker ended with code ${code}`)));
  });
  result.catch(() => {}); // A test that kills its worker does not ask for the result.
  return { worker, result, exit };
}

/** Waits for all results and for the threads to be gone. */
export async function finished(jobs: Job[]): Promise<unknown[]> {
  const results = await Promise.all(jobs.map((job) => job.result));
  await Promise.all(jobs.map((job) => job.exit));
  return results;
}

/** Ends the thread wherever it is, and waits until it is gone. */
export async function kill(job: Job): Promise<void> {
  await job.worker.terminate();
  await job.exit;
}

/** The `code` of what `run` throws. */
export function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return undefined;
}

/** The `code` of what a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return undefined;
}

/** Everything a map shows, for comparing two looks at it. */
export function content<V>(view: { entries(): Iterable<[string, V]> }): [string, V][] {
  return [...view.entries()];
}

/** `user:` and eleven digits: 16 bytes. */
export const userKey = (n: number): string => `user:${String(n).padStart(11, '0')}`;

/** Counts down to nothing. */
export const turns = async (count: number): Promise<void> => {
  for (let n = 0; n < count; n++) await new Promise((resolve) => setImmediate(resolve));
};
