// What the examples print, kept for the pages of the site: each runs as its user would run it.
//
//   node src/outputs.ts [NAME…]    runs them, or all, and writes results/NAME.json
//
// test/outputs.test.ts compares: to the letter what is the same each time, of the others what their
// lines begin with.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { resolve } from 'node:path';
import { machineLine } from '../../bench/src/machine.ts';

interface Output {
  readonly command: string;
  readonly date: string;
  readonly machine: string;
  /** Processes that wanted to run before it began, on an average of a minute. */
  readonly busy: number;
  readonly lines: readonly string[];
}

interface Example {
  readonly file: string;
  /** Its script in package.json. */
  readonly script: string;
  /** Whether it prints the same each time. */
  readonly same: boolean;
}

export const EXAMPLES: Record<string, Example> = {
  tour: { file: 'tour/tour.ts', script: 'tour', same: false },
  autocomplete: {
    file: 'autocomplete-server/load.ts',
    script: 'autocomplete:load',
    same: false,
  },
  cache: { file: 'cache-server/load.ts', script: 'cache:load', same: false },
  backpressure: { file: 'backpressure.ts', script: 'backpressure', same: false },
  crash: { file: 'crash.ts', script: 'crash', same: false },
  level: { file: 'level/level.ts', script: 'level', same: true },
  keyv: { file: 'keyv/keyv.ts', script: 'keyv', same: true },
  lmdb: { file: 'lmdb-flush.ts', script: 'lmdb', same: false },
  own: { file: 'own/own.ts', script: 'own', same: true },
};

const pathOf = (name: string) => resolve(import.meta.dirname, `../results/${name}.json`);

export function readOutput(name: string): Output {
  return JSON.parse(readFileSync(pathOf(name), 'utf8'));
}

/** What its lines begin with, before anything that was counted or measured. */
export function beginnings(lines: readonly string[]): string[] {
  return lines.map((line) => /^[^\d:"]*/.exec(line)![0].trimEnd().replaceAll(/ +/g, ' '));
}

function write(name: string): void {
  const example = EXAMPLES[name];
  if (example === undefined) throw new TypeError(`there is no example ${name}`);
  const file = resolve(import.meta.dirname, example.file);
  const [busy] = loadavg();
  const printed = execFileSync(process.execPath, [file], { encoding: 'utf8' });
  const output: Output = {
    command: `npx pnpm ${example.script}`,
    date: new Date().toISOString().slice(0, 10),
    machine: machineLine(),
    busy: Math.round(busy * 10) / 10,
    lines: printed.trimEnd().split('\n'),
  };
  writeFileSync(pathOf(name), `${JSON.stringify(output, null, 2)}\n`);
  console.log(`results/${name}.json: ${output.lines.length} lines`);
}

if (process.argv[1] === import.meta.filename) {
  const names = process.argv.slice(2);
  for (const name of names.length > 0 ? names : Object.keys(EXAMPLES)) write(name);
}
