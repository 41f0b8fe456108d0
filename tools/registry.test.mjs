import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { test } from 'node:test';
import { published } from './project.mjs';
import { filesAt, linked, problems } from './registry.mjs';

const DIR = resolve(import.meta.dirname, '../packages/skiplist');
const BASE = 'https://forge.example/a/b/blob/main/';

test('links lead into the repository, whatever they were', () => {
  const text = '[a](src/api.ts) [b](../hamt#x) [c](#d) [e](https://e.example) [f](mailto:g)';
  const moved = text.replace(
    'src/api.ts',
    'https://old.example/x/y/blob/main/packages/skiplist/src/api.ts',
  );
  const expected =
    `[a](${BASE}packages/skiplist/src/api.ts) [b](${BASE}packages/hamt#x) ` +
    '[c](#d) [e](https://e.example) [f](mailto:g)';
  assert.equal(linked(text, DIR, BASE), expected);
  assert.equal(linked(moved, DIR, BASE), expected);
});

test('a relative link, a link to nothing and a missing install line are told', () => {
  const install = 'npm install @x/skiplist @x/shm-arena';
  assert.deepEqual(problems(install, DIR, BASE), []);
  assert.equal(problems('', DIR, BASE).length, 1);
  assert.equal(problems(`${install} [a](src/api.ts)`, DIR, BASE).length, 1);
  assert.equal(problems(`${install} [a](${BASE}nowhere.md)`, DIR, BASE).length, 1);
});

for (const dir of published()) {
  test(`the README of ${basename(dir)} is fit for the registry's page`, () => {
    assert.deepEqual(problems(readFileSync(join(dir, 'README.md'), 'utf8'), dir, filesAt()), []);
  });
}
