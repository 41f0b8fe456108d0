// Tests of tools/protocols.mjs on a package made up here.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { change, check, normalise } from './protocols.mjs';

let dir = '';

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'protocols-'));
  mkdirSync(join(dir, 'assembly'));
  writeFileSync(join(dir, 'package.json'), '{ "version": "0.0.0" }');
  put('layout.ts', 'export const PROTOCOL: u32 = 1;\n');
  put('pin.ts', '// Pins.\nexport function pin(at: usize): void {\n  store32(at, 1);\n}\n');
  put('index.ts', "export { pin } from './pin';\n");
  const component = { name: 'pin', number: 1, constant: 'PROTOCOL', in: 'assembly/layout.ts' };
  component.files = ['assembly/layout.ts', 'assembly/pin.ts'];
  const record = { components: [component], outside: ['assembly/index.ts'] };
  writeFileSync(join(dir, 'protocol.json'), JSON.stringify(record));
  change(dir, 'pin', 'first');
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

function put(name, text) {
  writeFileSync(join(dir, 'assembly', name), text);
}

const CHANGED = 'export function pin(at: usize): void { store64(at, 1); }';

test('a sealed component has no problem', () => {
  assert.deepEqual(check(dir), []);
});

test('comments, white space, quotes and trailing commas do not count', () => {
  assert.equal(normalise('f("a", [1, 2,]) // x\n'), normalise("/* y */ f('a',\n  [1, 2])"));
  assert.notEqual(normalise('a >>> b'), normalise('a >> b'));
  assert.notEqual(normalise('let ab'), normalise('let a b'));
  put('pin.ts', 'export function pin(at: usize): void { store32(at, 1,); } // Changed.');
  assert.deepEqual(check(dir), []);
});

test('changed code is a problem that names both ways out', () => {
  put('pin.ts', CHANGED);
  const [problem, ...more] = check(dir);
  assert.deepEqual(more, []);
  assert.match(problem, /--accept pin --why/);
  assert.match(problem, /--bump pin/);
});

test('a change is accepted with a reason, and only with one', () => {
  put('pin.ts', CHANGED);
  assert.throws(() => change(dir, 'pin', 'accept', ' '), /--why/);
  change(dir, 'pin', 'accept', 'the upper half was always zero');
  assert.deepEqual(check(dir), []);
});

test('a bump raises the number in the record and in the sources', () => {
  put('pin.ts', CHANGED);
  change(dir, 'pin', 'bump');
  assert.deepEqual(check(dir), []);
  assert.match(readFileSync(join(dir, 'assembly/layout.ts'), 'utf8'), /PROTOCOL: u32 = 2;/);
});

test('a number in the sources that differs is a problem', () => {
  put('layout.ts', 'export const PROTOCOL: u32 = 3;\n');
  assert.match(check(dir)[0], /PROTOCOL in assembly\/layout.ts is 3, protocol.json says 1/);
});

test('a kernel file that belongs to no component is a problem', () => {
  put('new.ts', 'export const A: u32 = 1;\n');
  assert.match(check(dir)[0], /assembly\/new.ts belongs to no component/);
});

test('a folder stands for all kernel files but those outside', () => {
  const path = join(dir, 'protocol.json');
  const record = JSON.parse(readFileSync(path, 'utf8'));
  record.components[0].files = ['assembly/'];
  writeFileSync(path, JSON.stringify(record));
  change(dir, 'pin', 'first');
  assert.deepEqual(check(dir), []);
  put('index.ts', 'export const A: u32 = 1;\n');
  assert.deepEqual(check(dir), []);
  put('new.ts', 'export const A: u32 = 1;\n');
  assert.match(check(dir)[0], /the kernel code changed/);
});

test('a released component cannot be sealed anew', () => {
  writeFileSync(join(dir, 'package.json'), '{ "version": "1.0.0" }');
  assert.throws(() => change(dir, 'pin', 'first'), /1\.0\.0 is released/);
});
