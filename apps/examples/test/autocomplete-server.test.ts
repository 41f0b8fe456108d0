import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AutocompleteServer } from '../src/autocomplete-server/server.ts';
import { run } from './run.ts';

const WORKERS = 2;
/** Threads that listen on one port: not everywhere. */
const lacking = process.platform === 'win32' || process.platform === 'darwin';
const PLACE = { id: 999, name: 'Ällmend Testingen', country: 'CH' };

type Answer = { status: number; worker: string; body: string };

/** By a connection of its own, so that the system chooses the worker anew. */
async function ask(origin: string, path: string, method = 'GET'): Promise<Answer> {
  const asking = request(origin, { method, path, agent: false }).end();
  const [response] = await once(asking, 'response');
  return {
    status: response.statusCode,
    worker: response.headers['x-worker'],
    body: await text(response),
  };
}

/** What each worker answers. */
async function askAll(origin: string, path: string): Promise<unknown[]> {
  const answers = new Map<string, unknown>();
  while (answers.size < WORKERS) {
    const { worker, body } = await ask(origin, path);
    answers.set(worker, JSON.parse(body));
  }
  return [...answers.values()];
}

describe.skipIf(lacking).each(['shared', 'own'] as const)(
  'autocomplete-server, index %s',
  (index) => {
    let server: AutocompleteServer;
    beforeAll(async () => {
      server = await AutocompleteServer.start({ index, workers: WORKERS, port: 0, records: 500 });
    });
    afterAll(() => server.close());

    test('an update is seen by every worker when it was answered', async () => {
      const path = `/complete?q=${encodeURIComponent('ällmend t')}`;
      const place = `/place?${new URLSearchParams({ ...PLACE, id: String(PLACE.id) })}`;
      for (let i = 0; i < 10; i++) {
        expect((await ask(server.origin, place, 'PUT')).status).toBe(204);
        expect(await askAll(server.origin, path)).toEqual([[PLACE], [PLACE]]);
        expect((await ask(server.origin, place, 'DELETE')).status).toBe(204);
        expect(await askAll(server.origin, path)).toEqual([[], []]);
      }
    });

    test('ten places are shown at most, in order', async () => {
      const [all, same] = (await askAll(server.origin, '/complete')) as { name: string }[][];
      expect(all).toHaveLength(10);
      expect(same).toEqual(all);
    });

    test.each([
      ['GET', '/', 404],
      ['PUT', '/complete', 404],
      ['GET', '/place?id=1&name=a', 404],
      ['PUT', '/place?id=x&name=a', 400],
      ['PUT', '/place?id=1', 400],
      ['GET', '//[', 400],
    ])('%s %s is refused with %i', async (method, path, status) => {
      expect((await ask(server.origin, path, method)).status).toBe(status);
    });

    test('memory is told for all threads', async () => {
      const { heaps, arena, process: all } = await server.memory();
      expect(heaps).toBeGreaterThan(2 ** 20);
      expect(arena > 0).toBe(index === 'shared');
      expect(all).toBeGreaterThan(heaps + arena);
    });

    test('it closes though a client keeps its connection, and the port is free', async () => {
      const other = await AutocompleteServer.start({ index, workers: 1, port: 0, records: 100 });
      const { origin } = other;
      expect(await (await fetch(`${origin}/complete`)).json()).toHaveLength(10);
      await other.close();
      await expect(ask(origin, '/complete')).rejects.toThrow('ECONNREFUSED');
    });
  },
);

test.skipIf(lacking)(
  'autocomplete-server: both kinds of index are loaded, and answer alike',
  async () => {
    const few = ['--records', '2000', '--workers', '2', '--connections', '4'];
    const short = ['--rounds', '1', '--seconds', '1', '--updates', '20'];
    const { code, stdout, stderr, left } = await run(
      'autocomplete-server/load.ts',
      ...few,
      ...short,
    );
    expect({ code, stderr, left }).toEqual({ code: 0, stderr: '', left: [] });
    for (const name of ['one shared index', 'one index a worker']) {
      expect(stdout).toMatch(
        new RegExp(`^${name} +[1-9][\\d ]* +[\\d.]+ ms +[\\d ]+ µs( +[\\d.]+ MB){2}$`, 'm'),
      );
    }
    expect(stdout).toContain('answered as a sorted array of 2 000 places does');
  },
);
