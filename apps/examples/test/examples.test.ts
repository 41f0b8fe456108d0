import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { programs } from '../../../tools/readme.mjs';
import { expectAsKept, ROOT, run, SRC } from './run.ts';

test('the quick start of the README is run here, and prints what it says', async () => {
  const [{ code: readme, output }] = programs(join(ROOT, 'README.md'));
  expect(readme).toBe(readFileSync(join(SRC, 'quickstart.ts'), 'utf8'));
  expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(15);
  const { code, stdout, stderr } = await run('quickstart.ts');
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: output, stderr: '' });
});

test('crash: the money is all there after a teller was killed', async () => {
  const { code, stdout, stderr } = await run('crash.ts');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('recovered 1 thread');
  expect(stdout).toContain('money in the bank: 200000, expected 200000');
  expectAsKept('crash', stdout);
});

test('backpressure: all readings are found, and no file is left', async () => {
  const { code, stdout, stderr, left } = await run('backpressure.ts');
  expect({ code, stderr, left }).toEqual({ code: 0, stderr: '', left: [] });
  expect(stdout).toMatch(/50000 readings: [1-9]\d* files, [1-9]\d* waits for the disk/);
  expectAsKept('backpressure', stdout);
});

test('lmdb: what the workers have written is in lmdb, either way', async () => {
  const { code, stdout, stderr, left } = await run('lmdb-flush.ts', '--writes', '1000');
  expect({ code, stderr, left }).toEqual({ code: 0, stderr: '', left: [] });
  expectAsKept('lmdb', stdout);
});
