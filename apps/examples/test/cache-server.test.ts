import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPlaces, render } from '../src/cache-server/places.ts';
import { PageServer } from '../src/cache-server/server.ts';
import { ask, askAll, lacking, testsOfAll } from './http.ts';
import { expectAsKept, run } from './run.ts';

const WORKERS = 2;
const RECORDS = 300;
const places = readPlaces(RECORDS);

describe.skipIf(lacking).each(['shared', 'parts'] as const)('cache-server, cache %s', (cache) => {
  let server: PageServer;
  beforeAll(async () => {
    const bounds = { bytes: 2 ** 17, ttl: 60_000 };
    server = await PageServer.start({
      ...{ cache, workers: WORKERS, port: 0, records: RECORDS, ...bounds },
    });
  });
  afterAll(() => server.close());

  test('a page is rendered once for all workers, or once by each', async () => {
    const page = render(places, 1, 0);
    expect(await askAll(server.origin, '/place/1', WORKERS)).toEqual([page, page]);
    const { hits, misses, loads } = await server.counts();
    expect(loads).toBe(cache === 'shared' ? 1 : WORKERS);
    expect(misses).toBe(loads);
    for (let i = 0; i < 5; i++) await ask(server.origin, '/place/1');
    expect(await server.counts()).toEqual({ hits: hits + 5, misses, loads });
  });

  test('those who ask at once for a page wait for one rendering', async () => {
    const before = await server.counts();
    const asked = await Promise.all(
      Array.from({ length: 20 }, () => ask(server.origin, '/place/2')),
    );
    const page = render(places, 2, 0);
    expect(asked.map(({ body }) => body)).toEqual(asked.map(() => page));
    const loads = (await server.counts()).loads - before.loads;
    const workers = new Set(asked.map(({ worker }) => worker)).size;
    expect(loads).toBe(cache === 'shared' ? 1 : workers);
  });

  test('an edit is shown by every worker when it was answered, during renderings', async () => {
    const over = new AbortController();
    const asking = (async () => {
      while (!over.signal.aborted) await ask(server.origin, '/place/3');
    })();
    for (let edits = 1; edits <= 20; edits++) {
      expect((await ask(server.origin, '/place/3', 'POST')).status).toBe(204);
      const page = render(places, 3, edits);
      expect(await askAll(server.origin, '/place/3', WORKERS)).toEqual([page, page]);
    }
    over.abort();
    await asking;
  });

  test('more pages than there is room for are right, too', async () => {
    for (const id of [...places.ends.keys()].filter((id) => id > 3)) {
      expect((await ask(server.origin, `/place/${id}`)).body).toBe(render(places, id, 0));
    }
    const { loads } = await server.counts();
    await ask(server.origin, '/place/4');
    expect((await server.counts()).loads).toBe(loads + 1);
  });

  testsOfAll(() => server, cache === 'shared', [
    ['GET', '/', 404],
    ['GET', '/place/300', 404],
    ['GET', '/place/x', 404],
    ['PUT', '/place/1', 404],
    ['GET', '//[', 400],
  ]);
});

test.skipIf(lacking)('cache-server: all kinds of cache are loaded, and answer alike', async () => {
  const few = ['--records', '1000', '--workers', '2', '--connections', '4', '--bytes', '300000'];
  const short = ['--rounds', '1', '--seconds', '1', '--requests', '400', '--updates', '20'];
  const { code, stdout, stderr, left } = await run('cache-server/load.ts', ...few, ...short);
  expect({ code, stderr, left }).toEqual({ code: 0, stderr: '', left: [] });
  for (const name of ['one shared cache', 'a part in each', 'a whole in each']) {
    expect(stdout).toMatch(
      new RegExp(
        `^${name} +[\\d.]+ %( +[\\d ]+){2} +[\\d.]+ ms +[\\d ]+ µs( +[\\d.]+ MB){2}$`,
        'm',
      ),
    );
  }
  expect(stdout).toContain('were as they are rendered here');
  expectAsKept('cache', stdout);
});
