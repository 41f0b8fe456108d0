// The built site: every link leads somewhere, and the reference has every export of every package.
// After `pnpm run build`.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { checkLinks } from '../tools/links.mjs';
import { serve } from '../tools/serve.mjs';

const SITE = resolve(import.meta.dirname, '..');
const DIST = join(SITE, '.vitepress/dist');
const ROOT = resolve(SITE, '../..');

test('every link of every page leads somewhere', () => {
  const { pages, links, broken } = checkLinks(DIST);
  console.log(`${links} links on ${pages} pages`);
  assert.ok(pages > 100 && links > 1_000);
  assert.deepEqual(broken, []);
});

test('the reference has every export', () => {
  const missing = [];
  let exports = 0;
  for (const report of globSync('packages/*/api/*.api.md', { cwd: ROOT })) {
    const name = report.split(/[\\/]/)[1];
    if (name === 'testkit' || name === 'sorted-array') continue;
    const text = globSync(`reference/**/${name}/**/*.md`, { cwd: SITE })
      .map((page) => readFileSync(join(SITE, page), 'utf8'))
      .join('\n');
    const source = readFileSync(join(ROOT, report), 'utf8');
    if (!/(index|codec|cache)\.api\.md$/.test(report)) continue;
    const declared =
      /^export (?:declare )?(?:abstract )?(?:class|const|function|interface|type) (\w+)/gm;
    for (const [, symbol] of source.matchAll(declared)) {
      exports++;
      if (!text.includes(symbol)) missing.push(`${name}: ${symbol}`);
    }
  }
  console.log(`${exports} exports`);
  assert.ok(exports > 50);
  assert.deepEqual(missing, []);
});

test('pages are served isolated, and what is not there is not found', async () => {
  const server = await serve(0);
  try {
    const base = `http://127.0.0.1:${server.address().port}`;
    const front = await fetch(`${base}/`);
    assert.equal(front.headers.get('cross-origin-opener-policy'), 'same-origin');
    assert.equal(front.headers.get('cross-origin-embedder-policy'), 'require-corp');
    assert.match(await front.text(), /One map, all threads/);
    assert.equal((await fetch(`${base}/none.html`)).status, 404);
    assert.equal((await fetch(`${base}/../../package.json`)).status, 404);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
