// Web Workers for contracts, in browsers, Deno and Bun: what nodeThreads of the kit is for Node.

import type { Arena } from '@x/shm-arena';
import { type Spawn, type Task, type Thread, turn } from '@x/testkit';

/** A Web Worker at a job. */
class WebJob implements Thread {
  readonly message: Promise<unknown>;
  readonly gone: Promise<unknown>;
  private readonly arena: Arena;
  private readonly task: Task;
  private readonly worker: Worker;

  constructor(worker: Worker, arena: Arena, task: Task) {
    this.arena = arena;
    this.task = task;
    this.worker = worker;
    arena.watch(this.worker);
    this.message = new Promise((resolve, reject) => {
      this.worker.addEventListener('message', ({ data }) => resolve(data));
      this.worker.addEventListener('error', (event) => {
        event.preventDefault();
        reject(new Error(event.message ?? 'the worker failed'));
      });
    });
    this.gone = this.message.catch(() => {}); // What it says last, it says when it has left.
    this.worker.postMessage(task);
  }

  async terminate(): Promise<void> {
    this.worker.terminate();
    while (this.isAlive()) {
      await this.arena.probe();
      await turn();
    }
  }

  /** Whether the arena takes it for alive. */
  private isAlive(): boolean {
    const word = Atomics.load(this.task.words, 3 + 2 * this.task.index);
    const [slot, generation] = [word & 255, word >> 8];
    return this.arena.stats().participants.some((each) => {
      return each.slot === slot && each.generation === generation && each.state === 'alive';
    });
  }
}

/** Spawns Web Workers that `make` makes, of a file that is built upon web-worker.ts. */
export const webThreads =
  (make: () => Worker): Spawn =>
  (arena, task) =>
    new WebJob(make(), arena, task);
