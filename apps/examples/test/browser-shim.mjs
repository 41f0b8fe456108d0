// Runs the browser example in Node, behind the few things of a browser that it uses: so its code is
// tested, not the browsers. The argument says when the worker is killed: `writing`, `at once`, or
// `before ready`, where the platform never grants the worker its lock.

import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread, parentPort, Worker as Thread, workerData } from 'node:worker_threads';

const folder = new URL('../src/browser/', import.meta.url);

if (isMainThread) await runPage(process.argv[2]);
else await runWorker();

async function runPage(moment) {
  const elements = new Map();
  const getElementById = (id) => {
    if (!elements.has(id)) elements.set(id, { textContent: '' });
    return elements.get(id);
  };
  globalThis.document = { getElementById };
  globalThis.requestAnimationFrame = (step) => setTimeout(step, 5);
  let attached = false;
  globalThis.Worker = class {
    thread = new Thread(new URL(import.meta.url), { workerData: moment }).on('message', () => {
      attached = true;
    });
    postMessage = (message) => this.thread.postMessage(message);
    addEventListener = () => {};
    terminate = () => void this.thread.terminate();
  };
  await import(new URL('page.js', folder));
  const records = () => getElementById('count').textContent;
  while (moment === 'writing' && !(records() > 500)) await sleep(5);
  while (moment === 'before ready' && !attached) await sleep(5);
  getElementById('kill').onclick();
  const report = () => getElementById('report').textContent;
  while (!/recovered|nothing/.test(report())) await sleep(5);
  console.log(`${records()} records, ${report()}`);
  process.exit(0);
}

async function runWorker() {
  if (workerData === 'before ready') {
    Object.defineProperty(navigator, 'locks', {
      value: {
        request() {
          parentPort.postMessage('attached');
          return new Promise(() => {});
        },
      },
    });
  }
  globalThis.addEventListener = (type, listen) => parentPort.on(type, (data) => listen({ data }));
  await import(new URL('worker.js', folder));
}
