// A program of Node: prints the outcome.

import { Worker } from 'node:worker_threads';
import { main } from './main.js';

const ownBuilder = () => new Worker(new URL('./own-builder.js', import.meta.url));

const start = (handle) => {
  const worker = new Worker(new URL('./node-worker.js', import.meta.url), { workerData: handle });
  return new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject));
};

export const outcome = await main({ start, ownBuilder });
console.log(JSON.stringify(outcome));
