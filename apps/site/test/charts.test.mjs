// A chart shows every subject with its median, the best one first.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chartOf, chartOfPercentiles, chartOverSizes, chartPage } from '../tools/charts.mjs';

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

test('percentiles are three dots a subject, with their times, the lowest p50 first', () => {
  const of = (p50, p99, p999) => ({ 'get p50': [p50], 'get p99': [p99], 'get p999': [p999] });
  const found = { lmdb: of(600, 7_000, 8_000_000), masstree: of(200, 500, 900) };
  const svg = chartOfPercentiles({ name: 'get', title: 'get', unit: 'ns' }, found);
  assert.equal(svg.match(/<circle /g).length, 6);
  assert.ok(svg.indexOf('>masstree<') < svg.indexOf('>lmdb<'));
  for (const text of ['200 ns', '900 ns', '7.0 µs', '8.0 ms']) {
    assert.ok(svg.includes(`>${text}<`), text);
  }
  assert.ok(!svg.includes('NaN'));
});

test('the page has one picture for three percentiles', () => {
  const of = (value) => ({ 'get p50': [value], 'get p99': [2 * value], 'get p999': [9 * value] });
  const run = { samples: { a: of(1), b: of(2) }, size: 1, rounds: 1, date: '', machine: '' };
  const metrics = ['p50', 'p99', 'p999'].map((share) => ({
    ...{ name: `get ${share}`, title: `get, ${share.replace('999', '99.9')}`, unit: 'ns' },
  }));
  const page = chartPage([{ name: 'a', title: 'Reads', about: '', metrics }], () => [run]);
  assert.equal(page.match(/<figure>/g).length, 1);
  assert.ok(page.includes('<figcaption>get: p50, p99 and p99.9<'));
  assert.ok(page.includes('Nothing: every benchmark has results.'));
});

test('the page has the suites that ran, and says which did not', () => {
  const run = {
    samples,
    size: 1000,
    rounds: 3,
    date: '2026-01-02T00:00:00Z',
    machine: 'a machine',
  };
  const suites = [
    { name: 'a', title: 'Reads', about: 'At random.', metrics: [metric] },
    { name: 'b', title: 'Never ran', metrics: [metric] },
    { name: 'c', title: 'Sizes', about: '', metrics: [metric], sizes: [1000, 20_000, 300_000] },
  ];
  const page = chartPage(suites, (name) => (name === 'b' ? [] : [run]));
  const [ran, not] = page.split('## Not run yet');
  assert.ok(ran.includes('## Reads') && ran.includes('At random.') && ran.includes('a machine'));
  assert.ok(!ran.includes('Never ran'));
  assert.ok(not.includes('Never ran: `pnpm bench b`'));
  assert.ok(not.includes('Sizes: 20,000; 300,000 entries: `pnpm bench c --size 20000,300000`'));
  assert.ok(!not.includes('Reads'));
});

test('runs of several sizes are drawn as lines, with names at their ends', () => {
  const runs = [1000, 10_000].map((size) => ({ size, samples }));
  const svg = chartOverSizes(metric, runs);
  assert.equal(svg.match(/<circle /g).length, 4);
  for (const text of ['masstree', 'lmdb']) assert.equal(svg.split(`>${text}<`).length, 2, text);
  assert.ok(!svg.includes('NaN'));
  assert.equal(chartOverSizes(metric, runs.slice(1)), undefined);
});

test('a line that ends early has its name there; a wide range has a scale that multiplies', () => {
  const far = { samples: { lmdb: { get: [900] } }, size: 100_000 };
  const svg = chartOverSizes(metric, [{ size: 1000, samples }, { size: 10_000, samples }, far]);
  const [mine] = /<text[^>]*>masstree</.exec(svg);
  const [other] = /<text[^>]*>lmdb</.exec(svg);
  const across = (text) => Number(/translate\(([\d.]+),/.exec(text)[1]);
  assert.ok(across(mine) < across(other));
  for (const tick of [10, 100, 500]) assert.ok(svg.includes(`>${tick}<`), `${tick}`);
});

test('lines of others differ in their dashes; what a thread has for itself has hollow dots', () => {
  const peers = ['lmdb', 'sharedmap', 'Map by messages', 'sorted-btree', 'immutable', 'Map'];
  const all = Object.fromEntries(peers.map((name, at) => [name, { get: [at + 1] }]));
  const runs = [1000, 10_000].map((size) => ({ size, samples: all }));
  const svg = chartOverSizes(metric, runs);
  const dashes = svg.match(/stroke-dasharray="[^"]+"/g);
  assert.equal(new Set(dashes).size, peers.length);
  assert.equal(svg.match(/<circle [^>]*fill="var\(--vp-c-bg\)"/g).length, 3 * runs.length);
});

test('suites that differ in size alone are one picture; of one size the newest run counts', () => {
  const of = (size, value) => ({
    ...{ size, rounds: 1, date: '2026-01-02T00:00:00Z', machine: 'a machine' },
    samples: { lmdb: { get: [value] }, masstree: { get: [1] } },
  });
  const suites = ['hash-1k', 'hash-10k'].map((name) => ({
    ...{ name, title: name, about: '', metrics: [metric] },
  }));
  const runs = { 'hash-1k': [of(1000, 7), of(1000, 700)], 'hash-10k': [of(10_000, 9)] };
  const page = chartPage(suites, (name) => runs[name]);
  const over = page.split('## Over the number of entries')[1].split('\n## ')[0];
  assert.equal(over.match(/<figure>/g).length, 1);
  assert.ok(!over.includes('>700<'));
});

test('subjects that end in a number are drawn over it', () => {
  const of = (value) => ({ get: [value] });
  const samples = {
    'masstree, 1': of(4),
    'masstree, 2': of(2),
    'lmdb, 1': of(9),
    'lmdb, 2': of(8),
  };
  const run = { samples, size: 1000, rounds: 1, date: '', machine: '' };
  const suite = { name: 'a', title: 'Together', about: '', over: 'workers', metrics: [metric] };
  const page = chartPage([suite], () => [run]);
  assert.equal(page.match(/<circle /g).length, 4);
  assert.ok(page.includes('get over the number of workers'));
  for (const text of ['masstree', 'lmdb']) assert.ok(page.includes(`>${text}<`), text);
});
