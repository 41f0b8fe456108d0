// Runs an example as its user would, in a process of its own, with an empty folder for its
// temporary files.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import { beginnings, readOutput } from '../src/outputs.ts';

export const ROOT = resolve(import.meta.dirname, '../../..');
export const SRC = resolve(import.meta.dirname, '../src');

export interface Result {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Files that it did not remove. */
  left: string[];
}

export async function run(file: string, ...args: string[]): Promise<Result> {
  const temp = mkdtempSync(join(tmpdir(), 'examples-test-'));
  try {
    const env = { ...process.env, TMPDIR: temp, TEMP: temp, TMP: temp, NODE_OPTIONS: '' };
    const child = spawn(process.execPath, [join(SRC, file), ...args], { env });
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit') as Promise<[number | null]>,
    ]);
    return { code, stdout, stderr, left: readdirSync(temp) };
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}

/** What an example has printed is, but for figures, what is kept of it. */
export function expectAsKept(name: string, stdout: string): void {
  expect(beginnings(stdout.trimEnd().split('\n'))).toEqual(beginnings(readOutput(name).lines));
}
