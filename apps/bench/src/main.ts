// pnpm bench [name…] [--size N,…] [--rounds N] [--seed N] [--clock cpu] [--dry]
//
// Runs the named benchmarks, or all; what is no name stands for all that begin with it. Writes
// results/NAME.json unless --dry is given. --clock cpu leaves out what other programs took of the
// machine, and is for a busy one; its results say so.

import { parseArgs } from 'node:util';
import { machineLine } from './machine.ts';
import { saveRun } from './results.ts';
import { type RunOptions, runSuite, type SuiteResult, subjectsAt } from './run.ts';
import { spread } from './stats.ts';
import { SUITES, suitesOf } from './suites/index.ts';
import type { Suite } from './types.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: 'string' },
    rounds: { type: 'string' },
    seed: { type: 'string' },
    clock: { type: 'string', default: 'wall' },
    dry: { type: 'boolean', default: false },
  },
});

/** Positive integers from the command line, with commas between; undefined when there are none. */
function numbers(name: 'size' | 'rounds' | 'seed'): number[] | undefined {
  return values[name]?.split(',').map((text) => {
    const value = Number(text);
    if (Number.isSafeInteger(value) && value >= 1) return value;
    throw new RangeError(`--${name}: found ${text}, expected a positive integer`);
  });
}

/** One of them. */
function number(name: 'rounds' | 'seed'): { [name: string]: number } {
  const [value, ...more] = numbers(name) ?? [];
  if (more.length > 0)
    throw new RangeError(`--${name}: found ${values[name]}, expected one number`);
  return value === undefined ? {} : { [name]: value };
}

function say(
  suite: Suite,
  size: number,
): (step: { round: number; rounds: number; subject: string }) => void {
  const total = subjectsAt(suite, size).length;
  let done = 0;
  return ({ round, rounds, subject }) => {
    const share = Math.round((100 * done++) / (rounds * total));
    const text = `${suite.name} ${share} % · round ${round + 1} of ${rounds} · ${subject}`;
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
    else if (done % total === 1) process.stderr.write(`${text}\n`);
  };
}

function print(suite: Suite, result: SuiteResult): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  console.log(`\n${suite.title} (size ${result.size}, ${result.rounds} rounds)`);
  for (const { name, title, unit } of suite.metrics) {
    for (const { name: subject } of suite.subjects) {
      const samples = result.samples[subject]?.[name];
      if (samples === undefined) continue;
      const { median, q1, q3, min, max } = spread(samples);
      const [m, a, b, low, high] = [median, q1, q3, min, max].map((n) => n.toFixed(1));
      console.log(
        `  ${title.padEnd(32)} ${subject.padEnd(14)} ${m!.padStart(10)} ${unit}` +
          `  quartiles ${a}–${b}, all ${low}–${high}`,
      );
    }
  }
  const judged: SuiteResult['ratios'] = [...result.ratios, ...result.limits];
  for (const { title, median, q1, q3, bar, met, aim } of judged) {
    const hoped = aim === undefined ? '' : `, aim ${aim}`;
    const wanted = bar === undefined ? '' : `  bar ${bar}${hoped} ${met ? 'met' : 'MISSED'}`;
    console.log(
      `  ${title.padEnd(48)} ${median.toFixed(2)} (${q1.toFixed(2)}–${q3.toFixed(2)})${wanted}`,
    );
  }
}

console.log(machineLine());
const chosen = positionals.length === 0 ? SUITES : positionals.flatMap(suitesOf);
const sizes = numbers('size');
const clock = values.clock === 'cpu' ? 'cpu' : 'wall';
const options: RunOptions = { clock, ...number('rounds'), ...number('seed') };
for (const suite of chosen) {
  const usual = suite.sizes?.filter((size) => size <= suite.size) ?? [suite.size];
  for (const size of sizes ?? usual) {
    const result = await runSuite(suite, { ...options, size, progress: say(suite, size) });
    if (!values.dry) saveRun(suite, result);
    print(suite, result);
  }
}
