// A prefix that means two things is found, and a table that says what is not so.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prefixProblems } from './prefixes.mjs';

const one = 'packages/one/assembly/a.ts';
const two = 'packages/two/assembly/room/b.ts';
const words = 'export const S_STATE: usize = 0;\nconst S_SIZE: usize = 4;\n';
const table = (row) => ({
  'docs/GLOSSARY.md': `| Prefix | Meaning | Where |\n|---|---|---|\n${row}\n`,
});

test('a prefix with a row is its files alone', () => {
  const files = { [one]: words, ...table('| `S_` | words of a slot | one/a |') };
  assert.deepEqual(prefixProblems(files), []);
  assert.deepEqual(prefixProblems({ ...files, [two]: 'const S_SEEN: u32 = 1;' }), [
    `${two}: docs/GLOSSARY.md gives S_ to one/a alone`,
  ]);
});

test('files that share a prefix stand in its row', () => {
  const files = { [one]: words, [two]: 'export const S_SEEN: u32 = 1;' };
  const both = table('| `S_` `T_` | words of a slot | one/a, two/room/b |');
  assert.deepEqual(prefixProblems({ ...files, ...both }), [
    'docs/GLOSSARY.md: one/a has no constant T_…',
    'docs/GLOSSARY.md: two/room/b has no constant T_…',
  ]);
});

test('two constants with a prefix need a row, one does not, nor where and how long', () => {
  const no = 'docs/GLOSSARY.md: no row says what';
  assert.deepEqual(prefixProblems({ [one]: words }), [`${no} S_ is (one/a)`]);
  assert.deepEqual(prefixProblems({ [one]: 'const A_B: u32 = 1;', [two]: 'const A_B: u32 = 1;' }), [
    `${no} A_ is (one/a, two/room/b)`,
  ]);
  const alone = 'const FIRST_DUE: u32 = 1;\nconst NODE_BYTES: u32 = 8;\nconst NODE_AT: usize = 8;';
  assert.deepEqual(prefixProblems({ [one]: alone }), []);
});
