// The tour's workers: started once, given tasks by name, one of them killed on the way.

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Arena } from '@x/shm-arena';
import type { Reply, Seat } from './messages.ts';
import type { Tasks } from './worker.ts';

type TaskName = keyof Tasks;
type Input<T extends TaskName> = Parameters<Tasks[T]>[0];
type Output<T extends TaskName> = Awaited<ReturnType<Tasks[T]>>;

export class Crew {
  readonly size: number;
  /** Outlives any worker: what it counts was finished, whatever happened to the one who did it. */
  readonly finished: Int32Array;
  private readonly arena: Arena;
  private readonly records: number;
  private readonly workers: Worker[] = [];

  constructor(arena: Arena, size: number, records: number) {
    this.arena = arena;
    this.size = size;
    this.records = records;
    this.finished = new Int32Array(new SharedArrayBuffer(4 * size));
  }

  /** Starts the worker with this index, and waits until it is ready. */
  async hire(index: number): Promise<void> {
    const { arena, size: workers, records, finished } = this;
    const seat: Seat = { handle: arena.handle, index, workers, records, finished };
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: seat });
    arena.watch(worker); // Its exit is a death that `recover` may act on.
    this.workers[index] = worker;
    await once(worker, 'message');
  }

  async hireAll(): Promise<void> {
    await Promise.all(Array.from({ length: this.size }, (_, index) => this.hire(index)));
  }

  /** Gives all workers, or those named, a task; their counts of finished calls start at 0. */
  async run<T extends TaskName>(task: T, input: Input<T>, who = this.everyone()) {
    for (const index of who) Atomics.store(this.finished, index, 0);
    return Promise.all(who.map((index) => this.ask(index, task, input)));
  }

  everyone(): number[] {
    return Array.from(this.workers.keys());
  }

  /** How many calls all workers together have finished. */
  progress(): number {
    return this.everyone().reduce((sum, index) => sum + Atomics.load(this.finished, index), 0);
  }

  /** Ends a worker wherever it is: no `finally` of it runs, no call of it completes. */
  async kill(index: number): Promise<void> {
    await this.workers[index].terminate();
  }

  async dismiss(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private async ask<T extends TaskName>(
    index: number,
    task: T,
    input: Input<T>,
  ): Promise<Output<T>> {
    const worker = this.workers[index];
    const over = new AbortController();
    const answer = once(worker, 'message', over);
    const death = once(worker, 'exit', over).then(() => {
      throw new Error(`worker ${index} ended before it had finished \`${task}\``);
    });
    worker.postMessage({ task, input });
    try {
      const [reply] = (await Promise.race([answer, death])) as [Reply];
      if ('error' in reply) throw reply.error;
      return reply.result as Output<T>;
    } finally {
      over.abort();
    }
  }
}
