// How documents become pages.

import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { headOf, linked, pageOf, unbroken } from '../tools/pages.mjs';

const pages = new Map(
  ['docs/A.md', 'docs/adr/1.md', 'packages/hamt/README.md'].map((path) => [path, pageOf(path)]),
);

test('a link leads to the page of what it names, or to the sources', () => {
  const text = '[a](../../docs/A.md#x) [b](../hamt) [c](src/api.ts) [d](https://e.org) [e](#here)';
  const found = linked(text, 'packages/hamt/README.md', pages);
  assert.match(found, /^\[a\]\(\.\.\/A\.md#x\) \[b\]\(\.\/hamt\.md\) \[c\]\(https:/);
  assert.match(found, /packages\/hamt\/src\/api\.ts\) \[d\]\(https:\/\/e\.org\) \[e\]\(#here\)$/);
});

test('code is left alone', () => {
  const text = '`[a](../A.md)`\n```js\n[b](../A.md)\n```\n[c](../A.md)';
  assert.equal(
    linked(text, 'docs/adr/1.md', pages),
    '`[a](../A.md)`\n```js\n[b](../A.md)\n```\n[c](../A.md)',
  );
});

test('a number in a table stays on one line, and only there', () => {
  assert.equal(
    unbroken('1 000 keys\n| set 2 | 1 034 (1 000 000–2) |\n'),
    '1 000 keys\n| set 2 | 1\u00a0034 (1\u00a0000\u00a0000–2) |\n',
  );
});

test('the head of a kernel file is its first comment', () => {
  assert.equal(headOf('// One.\n//\n//   two\n\n// Not this.\n'), 'One.\n\n  two');
});

test('each example that has an output has a page with its source, and each page an output', () => {
  const examples = resolve(import.meta.dirname, '../../examples');
  const folder = resolve(import.meta.dirname, '../examples');
  const shown = globSync('*.md', { cwd: folder }).flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    return [...text.matchAll(/<Example name="(\w+)" source="([^"]+)"/g)].map(([, name, source]) => {
      assert.ok(existsSync(join(examples, 'src', source)), source);
      assert.equal(file, `${name}.md`);
      return `${name}.json`;
    });
  });
  assert.deepEqual(shown.toSorted(), globSync('*.json', { cwd: join(examples, 'results') }).sort());
});
