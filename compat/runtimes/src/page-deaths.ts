// What a page imports to terminate workers in every way.

import { type Death, die } from './deaths.ts';

/** Tries one way. */
export const run = (how: Pick<Death, 'state' | 'told'>): Promise<Death> =>
  die({ threads: 'Web Worker', ...how }, (victim) => {
    const worker = new Worker(new URL('./victim.mjs', import.meta.url), { type: 'module' });
    worker.postMessage(victim);
    return { worker, terminate: async () => worker.terminate() };
  });
