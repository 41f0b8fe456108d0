import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFresh, placed, readResults, tables } from './runtimes.mjs';

const RESULTS = {
  platform: 'linux x64',
  runtimes: [
    {
      runtime: 'Node 20',
      version: '20.19.0',
      contracts: { hamt: { worker_threads: { held: 3, failed: 0 } } },
      deaths: [
        {
          threads: 'worker_threads',
          state: 'idles',
          told: 'watch',
          noticed: true,
          recovered: true,
        },
        {
          threads: 'worker_threads',
          state: 'idles',
          told: 'probe',
          noticed: false,
          recovered: false,
        },
      ],
      programs: { ran: 4, failed: 1 },
    },
    {
      runtime: 'Deno',
      version: '2.9.6',
      contracts: { hamt: { worker_threads: { held: 1, failed: 0, notTried: 2 } } },
      deaths: [{ threads: 'Web Worker', state: 'computes', told: 'bury', noticed: true }],
      programs: { ran: 4, failed: 0 },
    },
  ],
};

test('the tables say what ran', () => {
  const text = tables(RESULTS);
  assert.match(text, /\| Node 20 \| 20\.19\.0 \| 3 \| 3 \|/);
  assert.match(text, /\| Deno \| 2\.9\.6 \| 1, 2 not tried \| 4 \|/);
  assert.match(text, /\| Node 20: `worker_threads` \| yes \| no \| no \| no \| no \| no \|/);
  assert.match(text, /\| Deno: Web Workers \| no .* \| yes, but it may run on \|/);
});

test('a table of other results is stale', () => {
  const mark = ['<!-- runtimes: tools/runtimes.mjs -->', '<!-- /runtimes -->'];
  const readme = placed(mark.join('\n'), tables(RESULTS));
  assert.equal(placed(readme, tables(RESULTS)), readme);
  const [first, second] = RESULTS.runtimes;
  assert.notEqual(placed(readme, tables({ ...RESULTS, runtimes: [second, first] })), readme);
  assert.throws(() => placed('no place', tables(RESULTS)), /no place/);
});

test("the README's tables are those of the committed results", () => {
  assert.ok(readResults().runtimes.length >= 6);
  assert.ok(isFresh(), 'node tools/runtimes.mjs --write');
});
