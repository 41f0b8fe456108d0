// The examples of api.ts and README.md do what the comments behind them say.

import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { checked, examples } from '../../../tools/examples.mjs';
import { programs } from '../../../tools/readme.mjs';
import { AvlBatch } from '../src/index.ts';
import { freshArena } from './support.ts';

const here = (path: string) => new URL(`../${path}`, import.meta.url);
const contract = await readFile(here('src/api.ts'), 'utf8');

const found = examples(contract);

/** Functions whose body may say `await`. */
const AsyncFunction = (async () => {}).constructor as FunctionConstructor;

test.each(found)('example of %s', async (_, code) => {
  const arena = freshArena();
  let checks = 0;
  const same = (found: unknown, expected: unknown) => {
    checks++;
    expect(found).toEqual(expected);
  };
  await new AsyncFunction('AvlBatch', 'arena', 'same', checked(code))(AvlBatch, arena, same);
  expect(checks).toBeGreaterThan(0);
  arena.detach();
});

test('the contract has examples', () => {
  expect(found.length).toBeGreaterThanOrEqual(18);
});

const blocks = programs(fileURLToPath(here('README.md')));

test.each(blocks)('README, line $line, prints what it says', async ({ code, output, line }) => {
  expect(output).toBeTypeOf('string');
  await mkdir(here('build'), { recursive: true });
  const file = fileURLToPath(here(`build/readme-${line}.mjs`));
  await writeFile(file, code);
  const { stdout } = await promisify(execFile)(process.execPath, [file]);
  expect(stdout).toBe(output);
});

test('the README has programs', () => {
  expect(blocks.length).toBeGreaterThanOrEqual(2);
});
