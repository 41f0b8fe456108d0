// Tests of tools/kernel-text.mjs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromText, moduleOf, toText } from './kernel-text.mjs';

const all = Uint8Array.from({ length: 256 * 256 * 2 }, (_, i) => (i % 2 ? i >> 9 : i >> 1));

test('every byte comes back, behind every other byte', () => {
  assert.deepEqual(fromText(toText(all)), all);
  assert.deepEqual(fromText(''), new Uint8Array());
});

test('the text has no character that a string, a template or a charset could change', () => {
  assert.match(toText(all), /^[#-[\]-~]*$/);
});

test('the default export of a module gives the bytes', async () => {
  const source = encodeURIComponent(moduleOf(all));
  const { default: kernelBytes } = await import(`data:text/javascript,${source}`);
  assert.deepEqual(kernelBytes(), all);
});
