// The examples that have a page on the site, and what they have printed, which is kept for it in
// results/NAME.json: apps/site/tools/outputs.mjs runs them and writes that.
//
// test/outputs.test.ts compares: to the letter what is the same each time, of the others what their
// lines begin with.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

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
