// The examples of api.ts and README.md do what the comments behind them say.

import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { SkipList } from '../src/index.ts';
import { freshArena } from './support.ts';

const here = (path: string) => new URL(`../${path}`, import.meta.url);
const contract = await readFile(here('src/api.ts'), 'utf8');
const readme = await readFile(here('README.md'), 'utf8');

/** The `@example` blocks, each with the name of what it stands before. */
function examples(): [string, string][] {
  const found: [string, string][] = [];
  for (const [, comment, name] of contract.matchAll(/\/\*\*((?:(?!\*\/)[^])*@example[^]*?)\*\/\s*([\w.[\]]+)/g)) {
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
  code.replace(/^(.*\(\[)\n([^]*?)\n(\]\);.*)$/gm, (_, head, body, tail) => {
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

const blocks = [...readme.matchAll(/```js\n([^]*?)```/g)].map(([, code]) => code as string);

test.each(blocks.map((code, index) => [index, code] as const))('README block %i', async (index, code) => {
  await mkdir(here('build'), { recursive: true });
  const file = here(`build/readme-${index}.mjs`);
  await writeFile(file, code);
  const { stdout } = await promisify(execFile)(process.execPath, [file.pathname]);
  const expected = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)/g)].map(([, text]) => text);
  expect(expected.length).toBeGreaterThan(0);
  expect(stdout.trim().split('\n')).toEqual(expected);
});
