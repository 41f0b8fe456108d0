// The examples of api.ts and README.md do what the comments behind them say.

import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { checked, examples } from '../../../tools/examples.mjs';
import { programs } from '../../../tools/readme.mjs';
import { HazardDomain } from '../src/index.ts';
import { freshArena } from './support.ts';

const here = (path: string) => new URL(`../${path}`, import.meta.url);
const found = examples(await readFile(here('src/api.ts'), 'utf8'));

test.each(found)('example of %s', (_, code) => {
  const arena = freshArena();
  let checks = 0;
  const same = (found: unknown, expected: unknown) => {
    checks++;
    expect(found).toEqual(expected);
  };
  new Function('HazardDomain', 'arena', 'same', checked(code))(HazardDomain, arena, same);
  expect(checks).toBeGreaterThan(0);
  arena.detach();
});

const readme = programs(fileURLToPath(here('README.md')));

test.each(readme)('README, line $line, prints what it says', async ({ code, output, line }) => {
  await mkdir(here('build'), { recursive: true });
  const file = fileURLToPath(here(`build/readme-${line}.mjs`));
  await writeFile(file, code);
  const run = await promisify(execFile)(process.execPath, [file]);
  expect(run).toEqual({ stdout: output, stderr: '' });
});

test('the contract and the README have examples', () => {
  expect([found.length, readme.length]).toEqual([1, 2]);
});
