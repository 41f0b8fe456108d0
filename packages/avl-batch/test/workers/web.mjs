// A builder in a Web Worker, in Node behind the few things of a browser that it uses: so the code
// is tested, not the browsers. Prints what it sees.

import { isMainThread, parentPort, Worker as Thread, workerData } from 'node:worker_threads';

process.getBuiltinModule = undefined; // As in a browser: no `worker_threads`.

if (isMainThread) await runPage();
else await runWorker();

async function runPage() {
  globalThis.Worker = class {
    constructor(url, { type }) {
      this.thread = new Thread(new URL(import.meta.url), { workerData: { url: url.href, type } });
    }
    postMessage(message) {
      this.thread.postMessage(message);
    }
    addEventListener(type, listen) {
      this.thread.on(type, (data) => listen({ data, message: data?.message }));
    }
    terminate() {
      void this.thread.terminate();
    }
  };
  const { Arena } = await import('@x/shm-arena');
  const { AvlBatch } = await import('../../dist/index.js');
  const arena = Arena.create({ bytes: 2 ** 24 });
  const map = AvlBatch.create(arena, { batch: { maxDelayMs: 60_000, maxOps: 2 } });
  const builder = map.startBuilder({ worker: true, onError: (error) => console.log(error.code) });
  while (arena.stats().participants.length < 2) await new Promise((next) => setTimeout(next, 1));
  map.set('a', 1);
  const ticket = map.set('b', 2); // The second one: the builder begins.
  while (!map.applied(ticket)) await new Promise((next) => setTimeout(next, 1));
  console.log(map.size, builder.running);
  await builder.stop();
  console.log(arena.stats().participants.length, builder.running, arena.verify().ok);
}

async function runWorker() {
  globalThis.addEventListener = (type, listen) => parentPort.on(type, (data) => listen({ data }));
  globalThis.postMessage = (message) => parentPort.postMessage(message);
  if (workerData.type !== 'module') throw new TypeError(`found type ${workerData.type}`);
  await import(workerData.url);
}
