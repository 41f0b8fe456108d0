// The examples of a package's api.ts and README.md do what the comments behind them say.

import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freshArena } from '@x/testkit';
import { expect, test } from 'vitest';
import { checked, examples } from '../../../tools/examples.mjs';
import { programs } from '../../../tools/readme.mjs';

/** Functions whose body may say `await`. */
const AsyncFunction = (async () => {}).constructor as FunctionConstructor;

/**
 * Tests for all examples of the package at `home`.
 * @param scope what the examples use, beside `arena`
 * @param least examples in the contract, and programs in the README, that there must be
 */
export async function runExamples(
  home: URL,
  scope: Record<string, unknown>,
  [least, leastPrograms]: [number, number],
): Promise<void> {
  await runContract(new URL('src/api.ts', home), scope, least);
  runPrograms(home, leastPrograms);
}

/** Tests for all examples of one contract. */
export async function runContract(
  file: URL,
  scope: Record<string, unknown>,
  least: number,
): Promise<void> {
  const found = examples(await readFile(file, 'utf8'));

  test.each(found)('example of %s', async (_, code) => {
    const arena = freshArena();
    let checks = 0;
    const same = (found: unknown, expected: unknown) => {
      checks++;
      expect(found).toEqual(expected);
    };
    const given = { ...scope, arena, same };
    await new AsyncFunction(...Object.keys(given), checked(code))(...Object.values(given));
    expect(checks).toBeGreaterThan(0);
    arena.detach();
  });

  test('the contract has examples', () => {
    expect(found.length).toBeGreaterThanOrEqual(least);
  });
}

/** Tests for all programs in the README of the package at `home`, of which there are `least`. */
export function runPrograms(home: URL, least: number): void {
  const readme = programs(fileURLToPath(new URL('README.md', home)));

  test.each(readme)('README, line $line, prints what it says', async ({ code, output, line }) => {
    await mkdir(new URL('build', home), { recursive: true });
    const file = fileURLToPath(new URL(`build/readme-${line}.mjs`, home));
    await writeFile(file, code);
    const run = await promisify(execFile)(process.execPath, [file]);
    expect(run).toEqual({ stdout: output, stderr: '' });
  });

  test('the README has programs', () => {
    expect(readme.length).toBeGreaterThanOrEqual(least);
  });
}
