// This build beside itself: every row is there, and both sides read the same.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const main = fileURLToPath(new URL('../src/pairs/main.ts', import.meta.url));
const root = fileURLToPath(new URL('../../../', import.meta.url));

it('compares two builds, action by action', () => {
  const call = [main, root, '--size', '200', '--rounds', '2'];
  const rows = execFileSync(process.execPath, call, { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.startsWith('| '));
  expect(rows.length).toBeGreaterThan(40);
  for (const row of rows) expect(row).toMatch(/^\| \S.*( \| \d+\.\d+){3} \| \S+ \|$/);
});
