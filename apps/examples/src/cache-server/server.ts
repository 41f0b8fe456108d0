// A server whose workers render pages and keep them: in one cache that all share, or, to compare,
// each in its own.

import { Distributor } from '../http/everywhere.ts';
import { type Memory, Workers } from '../http/workers.ts';
import type { Bounds, Counts } from './pages.ts';
import { readPlaces } from './places.ts';
import { SharedPages } from './shared.ts';
import type { Order } from './worker.ts';

/** One for all; a cache in each worker with its part of the bytes; one with all of them in each. */
export const KINDS = ['shared', 'parts', 'wholes'] as const;
export type Kind = (typeof KINDS)[number];

interface Options extends Bounds {
  readonly cache: Kind;
  readonly workers: number;
  /** 0: one that is free. */
  readonly port: number;
  /** How many places to read; Infinity: all. */
  readonly records: number;
}

export class PageServer {
  readonly origin: string;
  private readonly kind: Kind;
  private readonly workers: Workers;

  private constructor(kind: Kind, workers: Workers) {
    this.origin = workers.origin;
    this.kind = kind;
    this.workers = workers;
  }

  static async start({ cache, workers: count, port, records, bytes, ttl }: Options) {
    const arena = cache === 'shared' ? SharedPages.create({ bytes, ttl }) : undefined;
    const part = cache === 'parts' ? Math.floor(bytes / count) : bytes;
    const distributor = new Distributor<number>();
    const order: Order = {
      places: readPlaces(records),
      handle: arena?.handle,
      bounds: { bytes: part, ttl },
    };
    const workers = await Workers.start({
      file: new URL('./worker.ts', import.meta.url),
      ...{ count, port, arena, order },
      started: (worker) => distributor.add(worker),
    });
    return new PageServer(cache, workers);
  }

  async counts(): Promise<Counts> {
    const each = await this.workers.ask<Counts>('counts');
    const counted = this.kind === 'shared' ? each.slice(0, 1) : each;
    const sum = (key: keyof Counts) => counted.reduce((all, counts) => all + counts[key], 0);
    return { hits: sum('hits'), misses: sum('misses'), loads: sum('loads') };
  }

  memory(): Promise<Memory> {
    return this.workers.memory();
  }

  close(): Promise<void> {
    return this.workers.close();
  }
}
