// Asks the servers of the examples.

import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';

/** Threads that listen on one port: not everywhere. */
export const lacking = process.platform === 'win32' || process.platform === 'darwin';

type Answer = { status: number; worker: string; body: string };

/** By a connection of its own, so that the system chooses the worker anew. */
export async function ask(origin: string, path: string, method = 'GET'): Promise<Answer> {
  const asking = request(origin, { method, path, agent: false }).end();
  const [response] = await once(asking, 'response');
  return {
    status: response.statusCode,
    worker: response.headers['x-worker'],
    body: await text(response),
  };
}

/** What each worker answers. */
export async function askAll(origin: string, path: string, workers: number): Promise<string[]> {
  const answers = new Map<string, string>();
  while (answers.size < workers) {
    const { worker, body } = await ask(origin, path);
    answers.set(worker, body);
  }
  return [...answers.values()];
}
