// An autocomplete server whose workers listen on one port and answer from one index, or, to
// compare, each from its own.

import { Arena } from '@x/shm-arena';
import { Distributor } from '../http/everywhere.ts';
import { Workers } from '../http/workers.ts';
import { readPlaces, type Update } from './places.ts';
import { SharedIndex } from './shared.ts';

interface Options {
  readonly index: 'shared' | 'own';
  readonly workers: number;
  /** 0: one that is free. */
  readonly port: number;
  /** How many places to read; Infinity: all. */
  readonly records: number;
}

export function startServer({ index, workers, port, records }: Options): Promise<Workers> {
  const places = readPlaces(records);
  const arena = index === 'shared' ? Arena.create({ bytes: 2 ** 28 }) : undefined;
  if (arena !== undefined) SharedIndex.create(arena, places);
  const distributor = new Distributor<Update>();
  return Workers.start({
    file: new URL('./worker.ts', import.meta.url),
    ...{ count: workers, port, arena },
    order: { handle: arena?.handle },
    started(worker) {
      if (arena === undefined) worker.postMessage(places);
      distributor.add(worker);
    },
  });
}
