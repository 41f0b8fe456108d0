// What a suite has done: counted, printed, and after a full run kept.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { addTotals, type Cut, noTotals } from './explore.ts';
import { type Job, type JobResult, joinReached, kernelsOf } from './job.ts';
import { ROOT } from './kernels.ts';
import { big } from './progress.ts';
import type { Structure } from './structure.ts';
import type { Summary } from './totals.ts';

const MUTANT_TRACES = resolve(ROOT, 'apps/verify/results/mutants');

/** The end of the time for everything came before the mutant's own. */
export function undecided(job: Job, result: JobResult): boolean {
  const early = result.cut === 'time' && result.seconds < job.budget;
  return job.mutant !== undefined && result.failure === undefined && early;
}

/** How far the hunt for a mutant that was not caught has come. */
export function missed(cut: Cut): string {
  if (cut === false) return 'and all schedules were made';
  return cut === 'limit' ? "stopped at its plans' limits" : 'stopped at its time';
}

/** A mutant passes when it is caught, anything else when nothing is found. */
export function bad(job: Job, result: JobResult): boolean {
  if (result.error !== undefined) return true;
  if (undecided(job, result)) return false;
  return (result.failure === undefined) === (job.mutant !== undefined);
}

/** Adds up the results of one structure's jobs. */
export async function summarize(
  name: string,
  structure: Structure,
  jobs: readonly Job[],
  results: ReadonlyMap<string, JobResult>,
): Promise<Summary> {
  const summary: Summary = {
    structure: name,
    ...noTotals(),
    jobs: jobs.length,
    passed: 0,
    failed: 0,
    cut: 0,
    limited: 0,
    mutants: [],
    worst: {},
    coverage: {},
    hours: 0,
    node: process.version,
  };
  const reached: Record<string, string> = {};
  for (const job of jobs) {
    const result = results.get(job.id);
    if (result === undefined || undecided(job, result)) {
      summary.cut++;
      continue;
    }
    if (bad(job, result)) summary.failed++;
    else summary.passed++;
    summary.hours += result.seconds / 3600;
    if (job.mutant !== undefined) addMutant(summary, structure, job.mutant, result);
    else addExploration(summary, reached, result);
  }
  summary.coverage = await coverageOf(structure, reached);
  return summary;
}

function addMutant(summary: Summary, structure: Structure, id: number, result: JobResult): void {
  const { what } = structure.mutants!.find((m) => m.id === id)!;
  summary.mutants.push({
    id,
    what,
    caught: result.failure?.kind ?? null,
    cut: result.cut,
    schedules: result.totals.schedules,
    seconds: Number(result.seconds.toFixed(2)),
  });
}

function addExploration(
  summary: Summary,
  reached: Record<string, string>,
  result: JobResult,
): void {
  if (result.cut === 'time') summary.cut++;
  if (result.cut === 'limit') summary.limited++;
  addTotals(summary, result.totals);
  for (const [operation, steps, alone] of result.worst) {
    const known = summary.worst[operation] ?? { steps: 0, alone: 0 };
    summary.worst[operation] = {
      steps: Math.max(known.steps, steps),
      alone: Math.max(known.alone, alone),
    };
  }
  for (const [kernel, map] of Object.entries(result.reached)) {
    reached[kernel] = joinReached(reached[kernel], map);
  }
}

/** Keeps the schedule by which a mutant was caught. */
export function keepTrace(name: string, id: number, what: string, result: JobResult): void {
  if (result.failure === undefined) return;
  mkdirSync(MUTANT_TRACES, { recursive: true });
  const text = `mutant ${id}: ${what}\n\n${result.failure.text}\n`;
  writeFileSync(join(MUTANT_TRACES, `${name}-${id}.txt`), text);
}

/** Branches reached by kernel, and the functions never entered. */
async function coverageOf(
  structure: Structure,
  reached: Record<string, string>,
): Promise<Summary['coverage']> {
  const coverage: Summary['coverage'] = {};
  for (const { name, table } of await kernelsOf(structure)) {
    const map = reached[name] ?? '';
    const missed = table.branches.filter((_, n) => map[n] !== '1');
    coverage[name] = {
      reached: table.branches.length - missed.length,
      branches: table.branches.length,
      never: missed.filter((b) => b.kind === 'entry').map((b) => b.fn),
      partly: missed.filter((b) => b.kind !== 'entry').map((b) => `${b.fn} ${b.kind} ${b.nth}`),
    };
  }
  return coverage;
}

export function print(s: Summary): void {
  console.log(
    `\n${s.structure}: ${big(s.schedules)} schedules, ${big(s.steps)} steps, ` +
      `${big(s.kills)} deaths (${big(s.equalStates)} equal states skipped), ` +
      `${big(s.failedAllocations)} refused allocations, ${s.histories} histories, ` +
      `${s.repeated} schedules repeated`,
  );
  const steps = Object.entries(s.worst).map(([op, w]) => `${op} ${w.steps}/${w.alone}`);
  console.log(`  most steps of an operation (in all / alone): ${steps.join(', ')}`);
  for (const [kernel, c] of Object.entries(s.coverage)) {
    const never = c.never.length === 0 ? 'none' : c.never.join(', ');
    console.log(
      `  ${kernel}: ${c.reached} of ${c.branches} branches reached; never entered: ${never}`,
    );
  }
  if (s.mutants.length === 0) return;
  const caught = s.mutants.filter((m) => m.caught !== null).length;
  console.log(`  mutants: ${caught} of ${s.mutants.length} caught`);
  for (const m of s.mutants) {
    const found = (m.caught ?? `MISSED, ${missed(m.cut)}`).padEnd(10);
    const schedules = String(m.schedules).padStart(8);
    const seconds = m.seconds.toFixed(1).padStart(6);
    const id = String(m.id).padStart(5);
    console.log(`  ${id}  ${found} ${schedules} schedules ${seconds} s  ${m.what}`);
  }
}
