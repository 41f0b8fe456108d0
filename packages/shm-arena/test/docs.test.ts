// The examples in the docstrings do what their comments say, and the README's programs run.
import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import * as msgpackr from 'msgpackr';
import { describe, expect, test } from 'vitest';
import { checked, examples } from '../../../tools/examples.mjs';
import * as codec from '../src/codec.ts';
import * as index from '../src/index.ts';
import { runPrograms } from './kit.ts';

const here = (path: string) => new URL(`../${path}`, import.meta.url);
const scope = { ...index, ...codec, msgpackr };

type Async = (...args: unknown[]) => Promise<void>;
const AsyncFunction = (async () => {}).constructor as new (...text: string[]) => Async;

async function run(code: string): Promise<number> {
  let checks = 0;
  const same = (found: unknown, expected: unknown) => {
    checks++;
    expect(found).toEqual(expected);
  };
  const throws = (call: () => unknown, name: string, thrown: string | undefined) => {
    checks++;
    expect(call).toThrow(expect.objectContaining({ name, ...(thrown ? { code: thrown } : {}) }));
  };
  const arena = index.Arena.create({ bytes: 2 ** 24, participants: 4 });
  // What an example makes itself hides what is given.
  const given = { arena, region: arena.region(), same, throws, ...scope };
  const names = Object.keys(given).filter(
    (name) => !new RegExp(`(const|let) ${name}\\b`).test(code),
  );
  const program = checked(stripTypeScriptTypes(code).replace(/^import .*\n/gm, ''));
  const values = names.map((name) => given[name as keyof typeof given]);
  await new AsyncFunction(...names, program)(...values);
  arena.detach();
  return checks;
}

const files = ['api', 'ground/errors', 'ground/supports', 'values/codecs'];
const sources = await Promise.all(files.map((file) => readFile(here(`src/${file}.ts`), 'utf8')));

describe.each(files)('%s.ts', (file) => {
  const found = examples(sources[files.indexOf(file)]!);

  test('has examples', () => expect(found.length).toBeGreaterThan(0));

  test.each(found)('example of %s', async (_, code) => {
    const checks = await run(code);
    expect(checks).toBeGreaterThanOrEqual(/; \/\/ /.test(code) ? 1 : 0);
  });
});

runPrograms(new URL('../', import.meta.url), 2);
