// Dead exports are found, and what counts as use is told from what does not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deadExports } from './exports.mjs';

const one = 'packages/one/assembly';

test('what nobody imports is dead, by any form of export', () => {
  const files = {
    [`${one}/a.ts`]: 'export const A = 1, B = 2;\n\nexport function c(): void {}',
    [`${one}/b.ts`]: "import { B as D } from './a';",
    'apps/x/src/types.ts': 'export type T = 1;\nexport interface I {}\nclass K {}\nexport { K };',
  };
  assert.deepEqual(deadExports(files), [
    `${one}/a.ts:1: nobody imports A`,
    `${one}/a.ts:3: nobody imports c`,
    'apps/x/src/types.ts:1: nobody imports T',
    'apps/x/src/types.ts:2: nobody imports I',
    'apps/x/src/types.ts:4: nobody imports K',
  ]);
});

test('other packages, tests, and who takes the whole module are users', () => {
  const given = { [`${one}/deep/a.ts`]: 'export const A = 1;' };
  const users = {
    'packages/two/assembly/b.ts': `import { A } from '@x/one/assembly/deep/a';`,
    'packages/one/test/a.test.ts': `import { A } from '../assembly/deep/a.ts';`,
    [`${one}/b.ts`]: "import * as a from './deep/a';",
    [`${one}/c.ts`]: "const a = import('./deep/a');",
    [`${one}/d.ts`]: "export * from './deep/a';",
  };
  assert.equal(deadExports(given).length, 1);
  for (const [path, source] of Object.entries(users)) {
    assert.deepEqual(deadExports({ ...given, [path]: source }), [], path);
  }
});

test('what is passed on is alive as long as its last name is', () => {
  const files = {
    'apps/x/src/a.ts': 'export const a = 1;',
    'apps/x/src/b.ts': "export { a as b } from './a.ts';",
  };
  assert.deepEqual(deadExports(files), ['apps/x/src/b.ts:1: nobody imports b']);
  files['apps/x/src/c.ts'] = "import { b } from './b.ts';";
  assert.deepEqual(deadExports(files), []);
});

test("a kernel's entry is called by those who load it", () => {
  assert.deepEqual(deadExports({ [`${one}/index.ts`]: 'export function call(): void {}' }), []);
});
