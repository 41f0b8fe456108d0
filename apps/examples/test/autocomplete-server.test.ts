import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer } from '../src/autocomplete-server/server.ts';
import type { Workers } from '../src/http/workers.ts';
import { ask, askAll, lacking, testsOfAll } from './http.ts';
import { expectAsKept, run } from './run.ts';

const WORKERS = 2;
const PLACE = { id: 999, name: 'Ällmend Testingen', country: 'CH' };

/** What each worker answers. */
async function places(origin: string, path: string): Promise<unknown[]> {
  return (await askAll(origin, path, WORKERS)).map((body) => JSON.parse(body));
}

describe.skipIf(lacking).each(['shared', 'own'] as const)(
  'autocomplete-server, index %s',
  (index) => {
    let server: Workers;
    beforeAll(async () => {
      server = await startServer({ index, workers: WORKERS, port: 0, records: 500 });
    });
    afterAll(() => server.close());

    test('an update is seen by every worker when it was answered', async () => {
      const path = `/complete?q=${encodeURIComponent('ällmend t')}`;
      const place = `/place?${new URLSearchParams({ ...PLACE, id: String(PLACE.id) })}`;
      for (let i = 0; i < 10; i++) {
        expect((await ask(server.origin, place, 'PUT')).status).toBe(204);
        expect(await places(server.origin, path)).toEqual([[PLACE], [PLACE]]);
        expect((await ask(server.origin, place, 'DELETE')).status).toBe(204);
        expect(await places(server.origin, path)).toEqual([[], []]);
      }
    });

    test('ten places are shown at most, in order', async () => {
      const [all, same] = (await places(server.origin, '/complete')) as { name: string }[][];
      expect(all).toHaveLength(10);
      expect(same).toEqual(all);
    });

    testsOfAll(() => server, index === 'shared', [
      ['GET', '/', 404],
      ['PUT', '/complete', 404],
      ['GET', '/place?id=1&name=a', 404],
      ['PUT', '/place?id=x&name=a', 400],
      ['PUT', '/place?id=1', 400],
      ['GET', '//[', 400],
    ]);

    test('it closes though a client keeps its connection, and the port is free', async () => {
      const other = await startServer({ index, workers: 1, port: 0, records: 100 });
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
    const short = ['--rounds', '1', '--seconds', '1', '--requests', '400', '--updates', '20'];
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
    expectAsKept('autocomplete', stdout);
  },
);
