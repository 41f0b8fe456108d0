// Runs the browser example in Node, behind the few things of a browser that it uses: so its code is
// tested, not the browsers.

import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread, parentPort, Worker as Thread } from 'node:worker_threads';

const folder = new URL('../src/browser/', import.meta.url);

if (isMainThread) await runPage();
else await runWorker();

async function runPage() {
  const elements = new Map();
  const getElementById = (id) => {
    if (!elements.has(id)) elements.set(id, { textContent: '' });
    return elements.get(id);
  };
  globalThis.document = { getElementById };
  globalThis.requestAnimationFrame = (step) => setTimeout(step, 5);
  globalThis.Worker = class {
    thread = new Thread(new URL(import.meta.url));
    postMessage = (message) => this.thread.postMessage(message);
    terminate = () => void this.thread.terminate();
  };
  await import(new URL('page.js', folder));
  while (!(getElementById('count').textContent > 500)) await sleep(5);
  await getElementById('kill').onclick();
  console.log(
    `${getElementById('count').textContent} records, ${getElementById('report').textContent}`,
  );
  process.exit(0);
}

async function runWorker() {
  globalThis.addEventListener = (type, listen) => parentPort.on(type, (data) => listen({ data }));
  await import(new URL('worker.js', folder));
}
