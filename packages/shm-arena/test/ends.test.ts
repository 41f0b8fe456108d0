// A program whose arenas are still attached ends when it has nothing else to do.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const PROGRAMS = fileURLToPath(new URL('./workers/ends.mjs', import.meta.url));

function run(...args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    // It is killed with the test's own limit, which is the verdict on one that does not end.
    const child = spawn(process.execPath, [PROGRAMS, ...args], { timeout: 25_000 });
    let output = '';
    child.stdout.on('data', (text) => {
      output += text;
    });
    child.stderr.on('data', (text) => {
      output += text;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

test.each([
  ['attached', 'end\n'],
  ['worker', 'end\nend\n'],
  ['watched', 'end\nend\n1\n'],
  ['webWorker', 'end\n'],
])('%s, with the locks of Node and of Deno', async (program, output) => {
  const runs = await Promise.all(['node', 'deno'].map((platform) => run(program, platform)));
  expect(runs).toEqual([
    { code: 0, output },
    { code: 0, output },
  ]);
});
