// The examples print what the pages of the site say they do.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXAMPLES, readOutput } from '../src/outputs.ts';
import { ROOT, run } from './run.ts';

const { scripts } = JSON.parse(readFileSync(join(ROOT, 'apps/examples/package.json'), 'utf8'));
const examples = Object.entries(EXAMPLES);

test.each(examples)('%s has a command, and an output that is kept', (name, { file, script }) => {
  expect(scripts[script]).toBe(`node src/${file}`);
  const { command, lines } = readOutput(name);
  expect(command).toBe(`npx pnpm ${script}`);
  expect(lines.length).toBeGreaterThan(1);
});

test.each(examples.filter(([, { same }]) => same))(
  '%s prints what is kept',
  async (name, { file }) => {
    const { code, stdout, stderr } = await run(file);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trimEnd().split('\n')).toEqual(readOutput(name).lines);
  },
);
