// Tests of tools/numbers.mjs on a small kernel that is linked with the arena.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { compileEntry } from './kernel.mjs';
import { constantsOf, writeNumbers } from './numbers.mjs';

let dir = '';

before(() => {
  dir = mkdtempSync(join(tmpdir(), 'numbers-'));
  mkdirSync(join(dir, 'node_modules/@x'), { recursive: true });
  symlinkSync(
    resolve(import.meta.dirname, '../packages/shm-arena'),
    join(dir, 'node_modules/@x/shm-arena'),
    'junction',
  );
  mkdirSync(join(dir, 'assembly/room'), { recursive: true });
});

after(() => rmSync(dir, { recursive: true, force: true }));

const read = (name) => readFileSync(join(dir, name), 'utf8');

test('constants are told by their declarations', () => {
  const source = 'export const A: u32 = 1;\nconst B = 2;\nexport const C = 3;\n';
  assert.deepEqual(constantsOf(source), [
    ['A', 'u32'],
    ['C', 'i32'],
  ]);
});

test('numbers are what the compiler makes of them, in both builds', async () => {
  writeFileSync(
    join(dir, 'assembly/room/codes.ts'),
    [
      "import { ABSENT } from '@x/shm-arena/assembly/map/codes';",
      'const EACH: u32 = 8;',
      'export const MOST: u32 = 0xffff_ffff;',
      'export const LESS: i32 = -1;',
      'export const ROOM: usize = EACH * (isDefined(GATED) ? 2 : 64);',
      'export const WIDE: u64 = 1 << 40;',
      'export const NEXT: i32 = ABSENT + 1;',
      'export function used(): u32 { return EACH; }',
    ].join('\n'),
  );
  await writeNumbers(dir, 'build/numbers', compileEntry(dir, false));
  await writeNumbers(dir, 'build/numbers-gated', compileEntry(dir, true));
  assert.equal(
    read('build/numbers/room/codes.ts'),
    [
      'export const MOST = 4294967295;',
      'export const LESS = -1;',
      'export const ROOM = 512;',
      'export const WIDE = 1099511627776n;',
      'export const NEXT = 33;',
      '',
    ].join('\n'),
  );
  assert.match(read('build/numbers-gated/room/codes.ts'), /ROOM = 16;/);
  assert.match(read('build/numbers/arena/map/codes.ts'), /^export const ABSENT = 32;$/m);
});
