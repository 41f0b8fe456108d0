// Runs the examples as their users would, and keeps what they print in apps/examples/results.
//
//   node tools/outputs.mjs [NAME…]    those, or all

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { machineLine } from '../../bench/src/machine.ts';
import { EXAMPLES } from '../../examples/src/outputs.ts';

const ROOT = resolve(import.meta.dirname, '../../examples');

/** What an example prints, and where and when. */
function outputOf({ file, script }) {
  const [busy] = loadavg();
  const printed = execFileSync(process.execPath, [join(ROOT, 'src', file)], { encoding: 'utf8' });
  return {
    command: `npx pnpm ${script}`,
    date: new Date().toISOString().slice(0, 10),
    machine: machineLine(),
    busy: Math.round(busy * 10) / 10,
    lines: printed.trimEnd().split('\n'),
  };
}

const names = process.argv.slice(2);
for (const name of names.length > 0 ? names : Object.keys(EXAMPLES)) {
  const example = EXAMPLES[name];
  if (example === undefined) throw new TypeError(`there is no example ${name}`);
  const output = outputOf(example);
  writeFileSync(join(ROOT, `results/${name}.json`), `${JSON.stringify(output, null, 2)}\n`);
  console.log(`${name}: ${output.lines.length} lines`);
}
