// The workers of an HTTP server: all listen on one port, and the system shares the connections out.

import { on, once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Arena } from '@x/shm-arena';
import { heapUsed } from '../heap.ts';
import type { News, Order, Seat } from './worker.ts';

/** Bytes: the heaps of all threads after a collection, the arena, and the process as a whole. */
export interface Memory {
  readonly heaps: number;
  readonly arena: number;
  readonly process: number;
}

interface Options {
  readonly file: URL;
  readonly count: number;
  /** 0: one that is free. */
  readonly port: number;
  /** What the workers share. */
  readonly arena: Arena | undefined;
  /** What each is told when it starts, beside its seat. */
  readonly order: object;
  /** Called with each before it has said anything. */
  readonly started?: (worker: Worker) => void;
}

export class Workers {
  readonly origin: string;
  private readonly arena: Arena | undefined;
  private readonly workers: readonly Worker[];

  private constructor(port: number, workers: readonly Worker[], arena: Arena | undefined) {
    this.origin = `http://127.0.0.1:${port}`;
    this.workers = workers;
    this.arena = arena;
  }

  static async start({ file, count, port, arena, order, started }: Options): Promise<Workers> {
    const workers: Worker[] = [];
    const start = (index: number): Promise<number> => {
      const seat: Seat = { index, port };
      const worker = new Worker(file, { workerData: { ...order, ...seat } });
      arena?.watch(worker);
      started?.(worker);
      workers.push(worker);
      return told(worker, 'listening');
    };
    port = await start(0); // The others take the port that it was given.
    await Promise.all(Array.from({ length: count - 1 }, (_, i) => start(i + 1)));
    return new Workers(port, workers, arena);
  }

  /** What each worker answers. */
  ask<T>(question: string): Promise<T[]> {
    return Promise.all(
      this.workers.map((worker) => {
        worker.postMessage({ order: question } satisfies Order);
        return told<T>(worker, question);
      }),
    );
  }

  async memory(): Promise<Memory> {
    const heaps = this.ask<number>('heap');
    const own = await heapUsed();
    return {
      heaps: (await heaps).reduce((sum, heap) => sum + heap, own),
      arena: this.arena?.stats().used ?? 0,
      process: process.memoryUsage.rss(),
    };
  }

  /** Ends all workers: no connection is left. */
  async close(): Promise<void> {
    await Promise.all(
      this.workers.map((worker) => {
        const exit = once(worker, 'exit');
        worker.postMessage({ order: 'close' } satisfies Order);
        return exit;
      }),
    );
    this.arena?.detach();
  }
}

/** Waits for a worker's message of this kind; throws what the worker has ended with. */
async function told<T>(worker: Worker, what: string): Promise<T> {
  for await (const [news] of on(worker, 'message') as AsyncIterable<[News]>) {
    if (what in news) return news[what] as T;
  }
  throw new Error('unreachable: messages end with the worker only');
}
