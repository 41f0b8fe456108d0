// pnpm verify                         the quick suite over all structures, and every mutant
// pnpm verify:full                    the full suite, resumable (--fresh starts anew)
// pnpm verify -- --kernel FILE        hunts in every structure that is linked with FILE (.wasm or
//                                     package folder) in the place of ours
// pnpm verify -- NAME [options]       one structure in this process, line by line:
//   --scenario TEXT   only scenarios whose name contains TEXT
//   --plan JSON       this plan instead of theirs, as in src/structure.ts
//   --mutant N        with seeded bug N
//   --trace FILE      writes what was found there, as JSON: the site plays it
//   --only A,B        the suite over these structures only
// Options of all: --full, --seed N, --cores N, --budget SECONDS of one plan, --minutes N: of the
// clock for the full suite, computed by all cores together for the quick one

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { computed } from './clock.ts';
import { Exploration, type Report } from './explore.ts';
import { hunt } from './hunt.ts';
import { kernelsOf, plansOf } from './job.ts';
import { replacementFor } from './kernel-file.ts';
import { big } from './progress.ts';
import { load, names } from './registry.ts';
import { record, shrink } from './shrink.ts';
import type { Plan } from './structure.ts';
import { runSuite } from './suite.ts';
import { failureParts, showFailure } from './trace.ts';

function describe(plan: Plan): string {
  const { strategy, ...rest } = plan;
  return `${strategy} ${Object.entries(rest)
    .map(([k, v]) => `${k}=${v}`)
    .join(' ')}`;
}

function line(scenario: string, plan: Plan, report: Report): string {
  const { totals, seconds } = report;
  const rate = (totals.steps / seconds / 1000).toFixed(0);
  const extra = [
    totals.kills > 0 ? `${totals.kills} deaths (${totals.equalStates} equal)` : '',
    totals.failedAllocations > 0 ? `${totals.failedAllocations} refused` : '',
    report.cut === false ? '' : `CUT by its ${report.cut}`,
  ]
    .filter((text) => text !== '')
    .join(', ');
  return (
    `  ${scenario} · ${describe(plan)}: ${big(totals.schedules)} schedules, ` +
    `${big(totals.steps)} steps, ` +
    `${seconds.toFixed(2)} s (${rate} k/s)${extra ? `, ${extra}` : ''}`
  );
}

const { values, positionals } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  allowPositionals: true,
  options: {
    full: { type: 'boolean' },
    fresh: { type: 'boolean' },
    scenario: { type: 'string' },
    mutant: { type: 'string' },
    trace: { type: 'string' },
    kernel: { type: 'string' },
    plan: { type: 'string' },
    budget: { type: 'string' },
    minutes: { type: 'string' },
    seed: { type: 'string' },
    cores: { type: 'string' },
    only: { type: 'string' },
    'no-mutants': { type: 'boolean' },
  },
});

/** One structure here, plan by plan; true when nothing was found. */
async function one(name: string): Promise<boolean> {
  const structure = await load(name);
  const mutant = structure.mutants?.find((m) => m.id === Number(values.mutant ?? -1));
  if (values.mutant !== undefined && mutant === undefined)
    throw new Error(`no mutant ${values.mutant}`);
  const kernels = await kernelsOf(structure, mutant);
  console.log(structure.name);
  let good = true;
  for (const scenario of structure.scenarios) {
    if (values.scenario !== undefined && !scenario.name.includes(values.scenario)) continue;
    const exploration = new Exploration(structure, kernels, scenario);
    const plans = values.plan
      ? [JSON.parse(values.plan) as Plan]
      : plansOf(structure, scenario, values.full === true);
    for (const plan of plans) {
      const deadline = computed() + Number(values.budget ?? 600) * 1000;
      const report = exploration.run(plan, { deadline, seed: Number(values.seed ?? 1) });
      console.log(line(scenario.name, plan, report));
      if (report.failure === undefined) continue;
      good = false;
      const small = shrink(exploration, report.failure);
      record(exploration, small);
      console.log(`\n${showFailure(exploration.machine, small)}\n`);
      if (values.trace !== undefined) {
        const what = mutant?.what ?? 'as released';
        const parts = { mutant: what, ...failureParts(exploration.machine, small) };
        writeFileSync(values.trace, `${JSON.stringify(parts)}\n`);
        return false;
      }
      break;
    }
  }
  return good;
}

async function main(): Promise<boolean> {
  const full = values.full === true;
  if (values.kernel !== undefined) {
    const replacement = await replacementFor(values.kernel, positionals[0]);
    const seconds = Number(values.budget ?? 120);
    return hunt({ ...replacement, seconds, seed: Number(values.seed ?? 1) });
  }
  if (positionals.length > 0) {
    let good = true;
    for (const name of positionals) good = (await one(name)) && good;
    return good;
  }
  return runSuite({
    full,
    fresh: values.fresh === true,
    structures: values.only?.split(',') ?? names(),
    seconds: Number(values.minutes ?? (full ? 52 : 1.6)) * 60,
    seed: Number(values.seed ?? 1),
    cores: values.cores === undefined ? undefined : Number(values.cores),
    mutants: values['no-mutants'] !== true,
  });
}

if (!(await main())) process.exitCode = 1;
