// Where built files have the texts of kernels.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moduleOf } from './kernel-text.mjs';
import { kernelFirst, kernelLast } from './tsup-library.mjs';

const text = moduleOf(Uint8Array.of(0, 97, 115, 109)).replace('export default ', '');

test('a file with a kernel has its text behind all else', () => {
  const code = `var a = 1;\n\n// kernel\n${text}\n// b.ts\nvar b = kernel;\n\nexport {\n  b\n};\n`;
  const moved = kernelLast(code);
  assert.ok(moved.indexOf('function fromText(') > moved.indexOf('var b'));
  assert.equal(moved.length, code.length + 1);
  assert.equal(kernelLast('export {\n  a\n};\n'), 'export {\n  a\n};\n');
});

test('a file that imports the kernel does so before all else', () => {
  const other = 'import { a } from "@x/shm-arena/map";\n';
  const line = 'import { default as default2 } from "./kernel.js";\n';
  assert.equal(kernelFirst(`${other}${line}a();\n`), `${line}${other}a();\n`);
  assert.equal(kernelFirst(other), other);
});
