// pnpm bench:pairs OLD [NEW] [--rounds N] [--size N] [--only TEXT] [--clock cpu] [--write]
//
// Two builds of the packages beside each other: OLD and NEW are folders of the project, built
// (`pnpm build`); NEW is this one by default. Both run in this process, in turns, each first in
// every other round; a row is the median of the ratios new to old, pair by pair. Two builds of the
// same sources differ by 2 to 4 % in single rows. --write keeps the table in results/pairs.md.
// --clock cpu leaves out what other programs took of the machine; its steps are milliseconds, so it
// wants a larger --size.

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machineLine } from '../machine.ts';
import { pairwise, spread } from '../stats.ts';
import type { Action, sideOf } from './side.ts';

const HERE = fileURLToPath(new URL('../../../../', import.meta.url));
/** Rounds before those that count. */
const WARM = 6;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '24' },
    size: { type: 'string', default: '30000' },
    only: { type: 'string', default: '' },
    clock: { type: 'string', default: 'wall' },
    write: { type: 'boolean', default: false },
  },
});

/** The commit that a folder stands at. */
function commitOf(root: string): string {
  return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
    cwd: root,
    encoding: 'utf8',
  }).trim();
}

/** What the clock says that was asked for. */
function microseconds(): number {
  if (values.clock !== 'cpu') return performance.now() * 1e3;
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

/** Nanoseconds an operation; the checksum goes into `sums`. */
function timed({ operations, run }: Action, sums: number[]): number {
  const start = microseconds();
  sums.push(run());
  return ((microseconds() - start) * 1e3) / operations;
}

function compared(name: string, sides: readonly [Action, Action], rounds: number): string {
  const samples: [number[], number[]] = [[], []];
  const sums: number[] = [];
  for (let round = 0; round < WARM + rounds; round++) {
    const took: number[] = [];
    for (const n of round % 2 === 0 ? [0, 1] : [1, 0]) took[n] = timed(sides[n]!, sums);
    if (round < WARM) continue;
    samples[0].push(took[0]!);
    samples[1].push(took[1]!);
  }
  if (sums.some((sum) => sum !== sums[0])) {
    throw new Error(`${name}: the builds read different things: ${[...new Set(sums)].join(', ')}`);
  }
  const [old, now] = samples.map((of) => spread(of).median.toFixed(1));
  const { median, q1, q3 } = spread(pairwise(samples[1], samples[0], (b, a) => b / a));
  const ratio = [q1, q3].map((value) => value.toFixed(2)).join('–');
  return `| ${name} | ${old} | ${now} | ${median.toFixed(2)} | ${ratio} |`;
}

const [old, now = HERE] = positionals.map((folder) => resolve(folder));
if (old === undefined) throw new Error('expected the folder of a build, found none');
const sides: Map<string, Action>[] = [];
for (const [n, root] of [old, now].entries()) {
  const { sideOf: of }: { sideOf: typeof sideOf } = await import(`./side.ts?${n}`);
  sides.push(await of(root, Number(values.size)));
}
const lines = [
  '| ns an operation | old | new | new to old | quartiles |',
  '| --- | ---: | ---: | ---: | ---: |',
];
for (const [name, action] of sides[0]!) {
  if (!name.includes(values.only)) continue;
  lines.push(compared(name, [action, sides[1]!.get(name)!], Number(values.rounds)));
  console.log(lines.at(-1));
}
const about =
  `${commitOf(old)} beside ${commitOf(now)}: ${values.size} keys of 16 bytes, numbers as values ` +
  `unless stated, medians of ${values.rounds} rounds, both in one process, in turns` +
  `${values.clock === 'cpu' ? ', CPU time of the thread' : ''}; ` +
  `${new Date().toISOString().slice(0, 10)}; ${machineLine()}.`;
console.log(`\n${about}`);
if (values.write) {
  const file = new URL('../../results/pairs.md', import.meta.url);
  writeFileSync(file, `${lines.join('\n')}\n\n${about}\n`);
}
