// Threads of Node for contracts and tests.

import { Worker } from 'node:worker_threads';
import type { Spawn, Thread } from '@x/testkit';

/** A worker at a job. */
export class Job implements Thread {
  readonly worker: Worker;
  readonly gone: Promise<number>;
  readonly message: Promise<unknown>;

  constructor(worker: Worker) {
    this.worker = worker;
    this.gone = new Promise((resolve) => worker.once('exit', resolve));
    this.message = new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`the worker ended with code ${code}`)));
    });
    this.message.catch(() => {}); // A test that kills its worker does not ask what it has to say.
  }

  async terminate(): Promise<void> {
    await this.worker.terminate();
    await this.gone;
  }
}

/** Spawns workers that run `file`, which is built upon worker.ts. */
export function nodeThreads(file: URL): Spawn {
  return (arena, task) => {
    const worker = new Worker(file, { workerData: task });
    arena.watch(worker);
    return new Job(worker);
  };
}
