// An autocomplete server whose workers listen on one port and answer from one index, or, to
// compare, each from its own.

import { on, once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Arena } from '@x/shm-arena';
import { heapUsed } from '../heap.ts';
import { Distributor } from './own.ts';
import { readPlaces } from './places.ts';
import { SharedIndex } from './shared.ts';
import type { News, Order, Seat } from './worker.ts';

interface Options {
  readonly index: 'shared' | 'own';
  readonly workers: number;
  /** 0: one that is free. */
  readonly port: number;
  /** How many places to read; Infinity: all. */
  readonly records: number;
}

/** Bytes: the heaps of all threads after a collection, the arena, and the process as a whole. */
export interface Memory {
  readonly heaps: number;
  readonly arena: number;
  readonly process: number;
}

export class AutocompleteServer {
  readonly origin: string;
  private readonly arena: Arena | undefined;
  private readonly workers: readonly Worker[];

  private constructor(port: number, workers: readonly Worker[], arena: Arena | undefined) {
    this.origin = `http://127.0.0.1:${port}`;
    this.workers = workers;
    this.arena = arena;
  }

  static async start({ index, workers: count, port, records }: Options) {
    const places = readPlaces(records);
    const arena = index === 'shared' ? Arena.create({ bytes: 2 ** 28 }) : undefined;
    if (arena !== undefined) SharedIndex.create(arena, places);
    const distributor = new Distributor();
    const workers: Worker[] = [];
    for (let i = 0; i < count; i++) {
      const seat: Seat = { index: i, port, handle: arena?.handle };
      const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: seat });
      if (arena === undefined) worker.postMessage(places);
      else arena.watch(worker);
      distributor.add(worker);
      workers.push(worker);
      port = await told(worker, 'listening');
    }
    return new AutocompleteServer(port, workers, arena);
  }

  async memory(): Promise<Memory> {
    const heaps = this.workers.map((worker) => {
      worker.postMessage({ order: 'weigh' } satisfies Order);
      return told(worker, 'heap');
    });
    const own = await heapUsed();
    return {
      heaps: (await Promise.all(heaps)).reduce((sum, heap) => sum + heap, own),
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
async function told(worker: Worker, what: 'listening' | 'heap'): Promise<number> {
  for await (const [news] of on(worker, 'message') as AsyncIterable<[News]>) {
    const value = news[what];
    if (value !== undefined) return value;
  }
  throw new Error('unreachable: messages end with the worker only');
}
