// Nothing in the house stands in a circle or leans on what stands above it, and what does is found.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, circles, importsOf, sources } from './floors.mjs';

const TREE = 'packages/low/assembly';
const TREES = {
  [TREE]: [['ground'], ['memory', 'life']],
  'packages/high/assembly': [],
};
const PACKAGES = [['low'], ['high', 'other']];

/** Files of the lower package, given as name → what it imports. */
function house(files) {
  const paths = Object.entries(files).map(([name, text]) => [`${TREE}/${name}`, text]);
  return Object.fromEntries(paths);
}

const on = (name) => `import { a } from '${name}';\n`;

test('the repository keeps its floors', () => {
  assert.deepEqual(check(sources()), []);
});

test('a file imports from its own room and from those below', () => {
  const files = house({
    'index.ts': on('./memory/heap') + on('./ground/word'),
    'memory/heap.ts': on('./pages') + on('../ground/word'),
    'memory/pages.ts': '',
    'ground/word.ts': '',
  });
  assert.deepEqual(check(files, TREES, PACKAGES), []);
});

test('imports upward, to the side and of an entry are found', () => {
  const find = (files) => check(house(files), TREES, PACKAGES);
  const word = { 'ground/word.ts': on('../memory/heap'), 'memory/heap.ts': '' };
  assert.match(find(word)[0], /ground\/word\.ts imports .*heap\.ts: memory is not below ground/);
  const side = { 'life/slot.ts': on('../memory/heap'), 'memory/heap.ts': '' };
  assert.match(find(side)[0], /memory is not below life/);
  const entry = { 'index.ts': '', 'life/slot.ts': on('../index') };
  assert.match(find(entry)[0], /stands above all rooms/);
  assert.match(find({ 'attic/a.ts': '' })[0], /the room attic stands on no floor/);
});

test('a package imports kernels and entries of those below it only', () => {
  const pairs = [
    [
      'packages/high/assembly/a.ts',
      '@x/high/assembly/a',
      `${TREE}/index.ts`,
      '@x/low/assembly/index',
    ],
    ['packages/high/src/index.ts', '@x/high', 'packages/low/src/more.ts', '@x/low/more'],
  ];
  for (const [high, ofHigh, low, ofLow] of pairs) {
    const down = { [high]: on(ofLow), [low]: '' };
    assert.deepEqual(check(down, TREES, PACKAGES), []);
    const up = { [high]: '', [low]: on(ofHigh) };
    assert.match(check(up, TREES, PACKAGES)[0], /the package high is not below low/);
  }
});

test('a circle is found, also within a room', () => {
  const files = house({
    'ground/a.ts': on('./b'),
    'ground/b.ts': on('./c'),
    'ground/c.ts': `export { b } from './a';`,
    'ground/d.ts': on('./a'),
  });
  const [problem, ...more] = check(files, TREES, PACKAGES);
  assert.match(problem, /a circle: \S+a\.ts, \S+b\.ts, \S+c\.ts$/);
  assert.deepEqual(more, []);
  assert.deepEqual(circles(new Map([['a', ['a']]])), [['a']]);
});

test('types of a contract do not count', () => {
  const path = 'packages/low/src/a.ts';
  assert.deepEqual(importsOf(path, `import type { A } from './api.ts';`), []);
  assert.deepEqual(importsOf(path, `import { A } from './api.ts';`), ['packages/low/src/api.ts']);
  assert.deepEqual(importsOf(path, `import type { A } from './b.ts';`), ['packages/low/src/b.ts']);
});
