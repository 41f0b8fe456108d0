// pnpm verify [STRUCTURE …] [--scenario TEXT] [--full] [--mutant N] [--kernel FILE] [--plan JSON]
//
// STRUCTURE names one of structures/index.ts, or is a path of a structure file. See README.md.

import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import { structures, toys } from '../structures/index.ts';
import { Exploration, type Report } from './explore.ts';
import { loadKernel } from './kernels.ts';
import { record, shrink } from './shrink.ts';
import type { Plan, Scenario, Structure } from './structure.ts';
import { showFailure } from './trace.ts';

export async function load(name: string): Promise<Structure> {
  const find = structures[name] ?? toys[name];
  const module = find ? await find() : await import(pathToFileURL(resolve(name)).href);
  return (module as { default: Structure }).default;
}

export function plansOf(structure: Structure, scenario: Scenario, full: boolean): readonly Plan[] {
  const own = full ? scenario.full ?? scenario.quick : scenario.quick;
  return own ?? (full ? structure.plan?.full ?? structure.plan?.quick : structure.plan?.quick) ?? [];
}

function describe(plan: Plan): string {
  const { strategy, ...rest } = plan;
  return `${strategy} ${Object.entries(rest).map(([k, v]) => `${k}=${v}`).join(' ')}`;
}

function line(scenario: string, plan: Plan, report: Report): string {
  const { totals, seconds } = report;
  const rate = (totals.steps / seconds / 1000).toFixed(0);
  const extra = [
    totals.kills > 0 ? `${totals.kills} deaths (${totals.equalStates} equal)` : '',
    totals.failedAllocations > 0 ? `${totals.failedAllocations} refused` : '',
    report.cut ? 'cut' : '',
  ].filter((text) => text !== '').join(', ');
  return `  ${scenario} · ${describe(plan)}: ${totals.schedules} schedules, ${totals.steps} steps, ` +
    `${seconds.toFixed(2)} s (${rate} k/s)${extra ? `, ${extra}` : ''}`;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      full: { type: 'boolean' }, scenario: { type: 'string' }, mutant: { type: 'string' },
      kernel: { type: 'string' }, plan: { type: 'string' }, budget: { type: 'string' },
    },
  });
  let failed = false;
  for (const name of positionals.length > 0 ? positionals : Object.keys(structures)) {
    const structure = await load(name);
    const mutant = structure.mutants?.find((m) => m.id === Number(values.mutant ?? -1));
    const kernels = await Promise.all(Object.entries(structure.kernels).map(([kernel, path], index) =>
      loadKernel(kernel, { path, mutant: mutant?.kernel === kernel ? mutant.id : 0 }, index)));
    console.log(structure.name);
    for (const scenario of structure.scenarios) {
      if (values.scenario !== undefined && !scenario.name.includes(values.scenario)) continue;
      const exploration = new Exploration(structure, kernels, scenario);
      const plans = values.plan ? [JSON.parse(values.plan) as Plan] : plansOf(structure, scenario, values.full === true);
      for (const plan of plans) {
        const deadline = performance.now() + Number(values.budget ?? 600) * 1000;
        const report = exploration.run(plan, { deadline });
        console.log(line(scenario.name, plan, report));
        if (report.failure === undefined) continue;
        failed = true;
        const small = shrink(exploration, report.failure);
        record(exploration, small);
        console.log(`\n${showFailure(exploration.machine, small)}\n`);
        break;
      }
    }
  }
  if (failed) process.exitCode = 1;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
