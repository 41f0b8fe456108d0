import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bundlerTable, placed, readResults, tables, texts } from './runtimes.mjs';

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

test('the table of bundlers says what each bundle did', () => {
  const webpack = {
    ...{ name: 'webpack', version: '5.113.0', program: 'page', needs: '', structures: 'ok' },
    ...{ builder: 'startBuilder: no file', own: 'lives', inline: 'lives' },
  };
  const broken = { ...webpack, program: 'node', needs: 'an option', structures: 'TypeError: wc' };
  const text = bundlerTable({ bundlers: [webpack, broken] });
  assert.match(
    text,
    /\| webpack 5\.113\.0 \| browser \| nothing \| yes \| no file \| yes \| yes \|/,
  );
  assert.match(text, /\| webpack 5\.113\.0 \| Node \| an option \| TypeError: wc \|/);
});

test('a table of other results is stale', () => {
  const marks = '<!-- runtimes: tools/runtimes.mjs -->\n<!-- /runtimes -->';
  const readme = placed(marks, 'runtimes', tables(RESULTS));
  assert.equal(placed(readme, 'runtimes', tables(RESULTS)), readme);
  const [first, second] = RESULTS.runtimes;
  const other = tables({ ...RESULTS, runtimes: [second, first] });
  assert.notEqual(placed(readme, 'runtimes', other), readme);
  assert.throws(() => placed('nothing', 'runtimes', 'text'), /no place/);
});

test('the texts have the tables of the committed results', () => {
  assert.ok(readResults().runtimes.length >= 6);
  for (const { file, found, fresh } of texts()) {
    assert.equal(found, fresh, `${file}: node tools/runtimes.mjs --write`);
  }
});
