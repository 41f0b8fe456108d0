// The examples of api.ts and README.md do what the comments behind them say.

import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { programs } from '../../../tools/readme.mjs';
import { SkipList } from '../src/index.ts';
import { freshArena } from './support.ts';

const here = (path: string) => new URL(`../${path}`, import.meta.url);
const contract = await readFile(here('src/api.ts'), 'utf8');

/** The `@example` blocks, each with the name of what it stands before. */
function examples(): [string, string][] {
  const found: [string, string][] = [];
  for (const [, comment, name] of contract.matchAll(
    /\/\*\*((?:(?!\*\/)[\s\S])*@example[\s\S]*?)\*\/\s*([\w.[\]]+)/g,
  )) {
    const code = (comment as string).split('@example')[1] as string;
    found.push([name as string, code.replace(/^\s*\* ?/gm, '').trim()]);
  }
  return found;
}

/** The value a comment begins with, as source; `undefined` when it is a remark. */
function literal(comment: string): string | undefined {
  for (const source of [comment, comment.split(': ')[0] as string]) {
    try {
      new Function(`return (${source})`)();
      return source;
    } catch {
      // Not a literal.
    }
  }
  return undefined;
}

/** Turns `expression; // value` into a check. */
function checked(code: string): string {
  return code
    .split('\n')
    .map((line) => {
      const [, expression, comment] = /^([^\s}].*);\s*\/\/ (.+)$/.exec(line) ?? [];
      const value = comment === undefined ? undefined : literal(comment);
      if (value === undefined || /^(const|let|for|if) /.test(expression as string)) return line;
      return `same(${expression}, ${value});`;
    })
    .join('\n');
}

/** A statement over several lines that ends in `}); // value` belongs to its first line. */
const joined = (code: string) =>
  code.replace(/^(.*\(\[)\n([\s\S]*?)\n(\]\);.*)$/gm, (_, head, body, tail) => {
    return `${head}${body.replace(/\s*\n\s*/g, ' ').trim()}${tail}`;
  });

test.each(examples())('example of %s', (_, code) => {
  const arena = freshArena();
  let checks = 0;
  const same = (found: unknown, expected: unknown) => {
    checks++;
    expect(found).toEqual(expected);
  };
  new Function('SkipList', 'arena', 'same', checked(joined(code)))(SkipList, arena, same);
  expect(checks).toBeGreaterThan(0);
  arena.detach();
});

test('the contract has examples', () => {
  expect(examples().length).toBeGreaterThanOrEqual(15);
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
