// The repository keeps its own rules, and the checker of the rules sees what breaks them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect, inspectAll, inspectText } from './tidy.mjs';

const KERNEL = 'packages/any/assembly/any.ts';

test('the repository is tidy', () => {
  assert.deepEqual(inspectAll(), []);
});

test('long lines, functions and files are found', () => {
  assert.match(inspect('a.ts', `// ${'x'.repeat(98)}`)[0], /a\.ts:1: 101 columns/);
  assert.deepEqual(inspect('a.ts', `// ${'x'.repeat(97)}`), []);
  const body = 'f();\n'.repeat(70);
  assert.match(inspect('a.ts', `\nfunction f() {\n${body}}`)[0], /a\.ts:2: a function of 72 lines/);
  assert.deepEqual(inspect('test/a.ts', `\nfunction f() {\n${body}}`), []);
  assert.match(inspect('a.ts', 'f();\n'.repeat(900))[0], /901 lines/);
});

test('unfinished work and tests that do not run are found', () => {
  assert.match(inspect('a.ts', `// ${'TO'}DO: later`)[0], /unfinished/);
  assert.match(inspect('test/a.ts', ['it', "only('x', f);"].join('.'))[0], /every test runs/);
  assert.deepEqual(inspect('test/a.ts', "it.skipIf(!gc)('x', f);"), []);
});

test('a kernel reaches memory through the atomics module alone', () => {
  assert.match(inspect(KERNEL, 'const a = load<u32>(8);')[0], /load< goes through/);
  assert.match(inspect(KERNEL, 'atomic.store<u64>(8, 1);')[0], /atomic\.store goes through/);
  assert.match(inspect(KERNEL, 'memory.copy(8, 16, 8);')[0], /memory\.copy goes through/);
  assert.deepEqual(inspect(KERNEL, '// load<u32> is not used here.\nload32(8);'), []);
  const door = 'packages/shm-arena/assembly/ground/atomic.ts';
  assert.deepEqual(inspect(door, 'load<u32>(8);'), []);
  assert.match(inspect(door, 'atomic.fence();')[0], /banned/);
  assert.match(inspect(KERNEL, '@inline\nfunction f(): void {}')[0], /no decorators/);
});

test('an error without a code is found', () => {
  const source = 'packages/any/src/any.ts';
  for (const name of ['Error', 'TypeError', 'RangeError']) {
    assert.match(inspect(source, `throw new ${name}('no');`)[0], /Error\(…\) has no code/);
  }
  assert.deepEqual(inspect(source, "throw new ShmError('CLOSED', 'no'); // new Error()"), []);
  assert.deepEqual(inspect('packages/any/src/ground/errors.ts', 'new TypeError(message);'), []);
});

test("a machine's path and a registry are found", () => {
  assert.match(inspectText('a.md', `see ${'/home'}/me/file`)[0], /machine's path/);
  assert.match(inspectText('pnpm-lock.yaml', 'tarball: x')[0], /names a registry/);
  assert.deepEqual(inspectText('pnpm-lock.yaml', 'is-finalizationregistry@1.1.1'), []);
  assert.deepEqual(inspectText('a.md', 'see docs/work/file'), []);
});
