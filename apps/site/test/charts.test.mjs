// A chart shows every subject with its median, the best one first.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chartOf, chartOverSizes, chartPage } from '../tools/charts.mjs';

const samples = { lmdb: { get: [30, 10, 20] }, masstree: { get: [5, 7, 6] }, Map: { set: [1] } };
const metric = { name: 'get', title: 'get', unit: 'ns' };

test('a chart has a bar and a label for each subject', () => {
  const svg = chartOf(metric, samples);
  assert.equal(svg.match(/<rect /g).length, 2);
  assert.ok(svg.indexOf('masstree') < svg.indexOf('lmdb'));
  for (const text of ['20.0', '6.0', 'lmdb', 'masstree'])
    assert.ok(svg.includes(`>${text}<`), text);
  assert.ok(!svg.includes('NaN'));
});

test('what one subject alone has is not compared', () => {
  assert.equal(chartOf({ ...metric, name: 'set' }, samples), undefined);
});

test('the page has the suites that ran', () => {
  const run = {
    samples,
    size: 1000,
    rounds: 3,
    date: '2026-01-02T00:00:00Z',
    machine: 'a machine',
  };
  const suites = [
    { name: 'a', title: 'Reads', metrics: [metric] },
    { name: 'b', title: 'Never ran', metrics: [metric] },
  ];
  const page = chartPage(suites, (name) => (name === 'a' ? [run] : []));
  assert.ok(page.includes('## Reads') && page.includes('a machine'));
  assert.ok(!page.includes('Never ran'));
});

test('runs of several sizes are drawn as lines, with names at their ends', () => {
  const runs = [1000, 10_000].map((size) => ({ size, samples }));
  const svg = chartOverSizes(metric, runs);
  assert.equal(svg.match(/<circle /g).length, 4);
  for (const text of ['masstree', 'lmdb']) assert.equal(svg.split(`>${text}<`).length, 2, text);
  assert.ok(!svg.includes('NaN'));
  assert.equal(chartOverSizes(metric, runs.slice(1)), undefined);
});

test('suites that differ in size alone are one picture; of one size the newest run counts', () => {
  const of = (size, value) => ({
    ...{ size, rounds: 1, date: '2026-01-02T00:00:00Z', machine: 'a machine' },
    samples: { lmdb: { get: [value] }, masstree: { get: [1] } },
  });
  const suites = ['hash-1k', 'hash-10k'].map((name) => ({ name, title: name, metrics: [metric] }));
  const runs = { 'hash-1k': [of(1000, 7), of(1000, 700)], 'hash-10k': [of(10_000, 9)] };
  const page = chartPage(suites, (name) => runs[name]);
  const [, over] = page.split('## Over the number of entries');
  assert.equal(over.match(/<figure>/g).length, 1);
  assert.ok(!over.includes('>700<'));
});
