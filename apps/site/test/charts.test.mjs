// A chart shows every subject with its median, the best one first.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chartOf, chartPage } from '../tools/charts.mjs';

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
  const page = chartPage(suites, (name) => (name === 'a' ? run : undefined));
  assert.ok(page.includes('## Reads') && page.includes('a machine'));
  assert.ok(!page.includes('Never ran'));
});
