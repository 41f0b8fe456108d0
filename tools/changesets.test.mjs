// A changeset that is a major of the arena names every structure, at least as a minor: changesets
// would make a patch of each that no arena of before fits (RELEASING.md).

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { published } from './project.mjs';

const FOLDER = resolve(import.meta.dirname, '../.changeset');
const NAMES = published().map((dir) => {
  return JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')).name;
});

/** The packages that a changeset leaves behind a new arena. */
function forgotten(text) {
  const kinds = new Map([...text.matchAll(/^'(@x\/[\w-]+)': (\w+)$/gm)].map(([, ...pair]) => pair));
  if (kinds.get('@x/shm-arena') !== 'major') return [];
  return NAMES.filter((name) => !['minor', 'major'].includes(kinds.get(name)));
}

test('a major of the arena takes all others with it', () => {
  const all = NAMES.map((name) => `'${name}': major\n`);
  assert.deepEqual(forgotten(`---\n${all.join('')}---\n`), []);
  assert.equal(forgotten("---\n'@x/shm-arena': major\n---\n").length, NAMES.length - 1);
  assert.deepEqual(forgotten("---\n'@x/shm-arena': minor\n---\n"), []);
});

for (const name of readdirSync(FOLDER).filter((file) => file.endsWith('.md'))) {
  test(`${name} forgets none`, () => {
    assert.deepEqual(forgotten(readFileSync(join(FOLDER, name), 'utf8')), []);
  });
}
