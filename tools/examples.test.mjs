// Tests of tools/examples.mjs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checked, examples } from './examples.mjs';

test('an example carries the name that its docstring stands before', () => {
  const source = [
    '/** No example. */\nexport const a = 1;',
    '/**\n * Doubles.\n *\n * @example\n * double(2); // 4\n */\nexport function double(n) {}',
    '/**\n * @example\n * list.get(1);\n * @throws nothing\n */\n  get(key: K): V;',
  ].join('\n\n');
  assert.deepEqual(examples(source), [
    ['double', 'double(2); // 4'],
    ['get', 'list.get(1);'],
  ]);
});

test('a comment that begins with a value is a check, another is a remark', () => {
  const lines = [
    ['a.b(); // 4', 'same(a.b(), 4);'],
    ["  a[0]; // 'x': the first", "  same(a[0], 'x');"],
    ['a.b(); // [1, 2]: in order', 'same(a.b(), [1, 2]);'],
    ['a.b(); // does it', 'a.b(); // does it'],
    ['const a = 5; // 5', 'const a = 5; // 5'],
    ['a.b();', 'a.b();'],
  ];
  for (const [line, expected] of lines) assert.equal(checked(line), expected);
});

test('an error is expected by its class, and its code where there is one', () => {
  assert.equal(checked('a(); // RangeError'), "throws(() => a(), 'RangeError', undefined);");
  assert.equal(checked('a(); // ShmError CLOSED'), "throws(() => a(), 'ShmError', 'CLOSED');");
});

test('a call over several lines counts as one', () => {
  assert.equal(checked('f([\n  1,\n  2,\n]); // 3'), 'same(f([1, 2,]), 3);');
});
