// The program that Node, Deno and Bun run: every way in which a worker may die and be noticed.

import { Worker as Thread } from 'node:worker_threads';
import { type Death, die, type Victim, type Worked } from './deaths.ts';

const file = new URL('./victim.mjs', import.meta.url);

const starts: Record<string, (victim: Victim) => Worked> = {
  worker_threads(victim) {
    const worker = new Thread(file, { workerData: victim });
    return { worker: worker as never, terminate: () => worker.terminate() };
  },
};
if (typeof Worker === 'function') {
  starts['Web Worker'] = (victim) => {
    const worker = new Worker(file, { type: 'module' });
    worker.postMessage(victim);
    return { worker, terminate: async () => worker.terminate() };
  };
}

for (const [threads, start] of Object.entries(starts)) {
  for (const state of ['idles', 'computes'] as const) {
    for (const told of ['watch', 'probe', 'bury'] as const) {
      const death: Death = await die({ threads, state, told }, start);
      console.log(JSON.stringify(death));
    }
  }
}
process.exit(0);
