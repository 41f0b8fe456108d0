// Asks the servers of the examples.

import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import type { Workers } from '../src/http/workers.ts';

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

/** Tests of what every server does: it refuses, and tells of its memory. */
export function testsOfAll(
  server: () => Pick<Workers, 'origin' | 'memory'>,
  isShared: boolean,
  refused: readonly [method: string, path: string, status: number][],
): void {
  test.each(refused)('%s %s is refused with %i', async (method, path, status) => {
    expect((await ask(server().origin, path, method)).status).toBe(status);
  });

  test('memory is told for all threads', async () => {
    const { heaps, arena, process: all } = await server().memory();
    expect(heaps).toBeGreaterThan(2 ** 20);
    expect(arena > 0).toBe(isShared);
    expect(all).toBeGreaterThan(heaps + arena);
  });
}
