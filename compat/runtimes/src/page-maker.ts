// What a page imports to have a worker run contracts: it makes the workers that this one asks for.

import type { Made, Said } from './page-threads.ts';
import type { Outcome } from './run.ts';

/** Runs a part of the contracts of a package, whose page.mjs is told, in a worker. */
export function run(page: string, part: 'alone' | 'threads'): Promise<Outcome[]> {
  const worker = new Worker(new URL('./page-worker.mjs', import.meta.url), { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.onmessage = ({ data }: MessageEvent<Made | Outcome[]>) => {
      if ('made' in data) make(data);
      else resolve(data);
    };
    worker.postMessage({ page, part });
  });
}

function make({ made, port }: Made): void {
  const worker = new Worker(made, { type: 'module' });
  const say = (said: Said) => port.postMessage(said);
  worker.onmessage = ({ data }) => say({ message: data });
  worker.onerror = (event) => {
    event.preventDefault();
    say({ error: event.message ?? 'the worker failed' });
  };
  port.onmessage = ({ data }: MessageEvent<'terminate' | { readonly message: unknown }>) => {
    if (data === 'terminate') worker.terminate();
    else worker.postMessage(data.message);
  };
}
