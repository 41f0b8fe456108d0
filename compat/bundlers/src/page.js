// A page: the outcome is for whoever drives the browser.

import { main } from './main.js';

const ownBuilder = () =>
  new Worker(new URL('./own-builder.js', import.meta.url), { type: 'module' });

const start = (handle) => {
  const worker = new Worker(new URL('./page-worker.js', import.meta.url), { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = resolve;
    worker.onerror = ({ message }) => reject(new Error(message ?? 'the worker was not loaded'));
    worker.postMessage(handle);
  });
};

globalThis.outcome = main({ start, ownBuilder });
