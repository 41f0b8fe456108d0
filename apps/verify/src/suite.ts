// The quick and the full suite: every scenario of every structure by its plans, and every mutant. Full runs
// are split into shards and can be resumed: results are kept until a source changes.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { addTotals, noTotals, type Totals } from './explore.ts';
import { type Job, type JobResult, joinReached, kernelsOf, plansOf } from './job.ts';
import { ROOT } from './kernels.ts';
import { big, Progress } from './progress.ts';
import { load } from './registry.ts';
import type { Structure } from './structure.ts';
import { type Summary, writeTotals } from './totals.ts';
import { runAll } from './workers.ts';

const HERE = resolve(ROOT, 'apps/verify');
const STATE = join(HERE, 'build/full.json');
export const MUTANT_TRACES = join(HERE, 'results/mutants');

export interface SuiteOptions {
  full: boolean;
  structures: string[];
  /** Seconds for everything. */
  seconds: number;
  seed: number;
  fresh: boolean;
  cores?: number;
  mutants: boolean;
}

/** Runs the suite; true when all passed. */
export async function runSuite(options: SuiteOptions): Promise<boolean> {
  const loaded = await Promise.all(options.structures.map(load));
  const jobs = loaded.flatMap((structure, n) => jobsOf(structure, options.structures[n]!, options));
  const key = fingerprint();
  const kept = options.full && !options.fresh ? resume(key) : new Map<string, JobResult>();
  const results = new Map([...kept].filter(([id]) => jobs.some((job) => job.id === id)));
  if (results.size > 0) console.log(`resumed: ${results.size} of ${jobs.length} jobs are done`);
  const open = spread(jobs.filter((job) => !results.has(job.id)));
  const progress = new Progress(open.length);
  const started = performance.now();
  const left = await runAll(open, {
    cores: options.cores,
    deadline: started + options.seconds * 1000,
    // What is left of the time is for all that wait; most jobs need less than their share.
    share: (job, waiting) => {
      if (job.mutant !== undefined) return job.budget;
      const left = options.seconds - (performance.now() - started) / 1000;
      return Math.max(1, (4 * left * (options.cores ?? availableParallelism())) / (waiting + 1));
    },
    onProgress: (id, totals) => progress.advance(id, totals),
    onResult: (result) => {
      results.set(result.id, result);
      progress.finish(result.id, result.totals);
      const job = jobs.find((j) => j.id === result.id)!;
      if (bad(job, result)) {
        progress.clear();
        console.log(
          `FAILED ${result.id}\n${result.error ?? result.failure?.text ?? 'the mutant was not caught'}\n`,
        );
      } else if (options.full) {
        save(key, results);
      }
    },
  });
  progress.clear();
  return report(options, loaded, jobs, results, left.length, (performance.now() - started) / 1000);
}

function jobsOf(structure: Structure, name: string, options: SuiteOptions): Job[] {
  const { full, seed } = options;
  const jobs: Job[] = [];
  if (options.mutants) {
    for (const mutant of structure.mutants ?? []) {
      const budget = mutant.budget ?? 20;
      jobs.push({
        id: `${name} mutant ${mutant.id}`,
        structure: name,
        mutant: mutant.id,
        full,
        budget,
        seed,
      });
    }
  }
  for (const scenario of structure.scenarios) {
    const plans = plansOf(structure, scenario, full);
    if (plans.length === 0) continue;
    const common = { structure: name, scenario: scenario.name, full, seed };
    if (!full) {
      jobs.push({ ...common, id: `${name}/${scenario.name}`, budget: 60 });
      continue;
    }
    for (const [n, plan] of plans.entries()) {
      const large = plan.strategy === 'dfs' && (plan.preemptions ?? 2) + (plan.kills ?? 0) > 2;
      const of = large ? 4 : 1;
      for (let index = 0; index < of; index++) {
        const part = of > 1 ? ` ${index + 1}/${of}` : '';
        const id = `${name}/${scenario.name} plan ${n + 1}${part}`;
        jobs.push({ ...common, id, plan, shard: { index, of }, budget: 600 });
      }
    }
  }
  return jobs;
}

/** Mutants and scenarios of all structures in turns, so that a limit cuts none of them off. */
function spread(jobs: Job[]): Job[] {
  const groups = new Map<string, Job[]>();
  for (const job of jobs) {
    const key = `${job.structure} ${job.mutant === undefined}`;
    const group = groups.get(key);
    if (group) group.push(job);
    else groups.set(key, [job]);
  }
  const at = (job: Job): number => {
    const group = groups.get(`${job.structure} ${job.mutant === undefined}`)!;
    return (group.indexOf(job) + 0.5) / group.length;
  };
  return [...jobs].sort((a, b) => at(a) - at(b));
}

/** The end of the time for everything came before the mutant's own. */
function undecided(job: Job, result: JobResult): boolean {
  const early = result.cut && result.seconds < job.budget;
  return job.mutant !== undefined && result.failure === undefined && early;
}

/** A mutant passes when it is caught, anything else when nothing is found. */
function bad(job: Job, result: JobResult): boolean {
  if (result.error !== undefined) return true;
  if (undecided(job, result)) return false;
  return (result.failure === undefined) === (job.mutant !== undefined);
}

/** A hash of everything that a result depends on. */
function fingerprint(): string {
  const hash = createHash('sha256');
  const folders = ['apps/verify/src', 'apps/verify/structures'];
  for (const name of readdirSync(join(ROOT, 'packages'))) folders.push(`packages/${name}/assembly`);
  for (const folder of folders) {
    const path = join(ROOT, folder);
    if (!existsSync(path)) continue;
    for (const file of (readdirSync(path, { recursive: true }) as string[]).sort()) {
      if (file.endsWith('.ts')) hash.update(file).update(readFileSync(join(path, file)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

function resume(key: string): Map<string, JobResult> {
  if (!existsSync(STATE)) return new Map();
  const state = JSON.parse(readFileSync(STATE, 'utf8')) as { key: string; results: JobResult[] };
  return new Map(state.key === key ? state.results.map((r) => [r.id, r]) : []);
}

function save(key: string, results: Map<string, JobResult>): void {
  mkdirSync(join(HERE, 'build'), { recursive: true });
  writeFileSync(STATE, JSON.stringify({ key, results: [...results.values()] }));
}

async function report(
  options: SuiteOptions,
  structures: Structure[],
  jobs: Job[],
  results: Map<string, JobResult>,
  notStarted: number,
  seconds: number,
): Promise<boolean> {
  let passed = 0;
  let failed = 0;
  let cut = notStarted;
  const summaries: Summary[] = [];
  for (const [n, structure] of structures.entries()) {
    const name = options.structures[n]!;
    const totals = noTotals();
    const worst = new Map<string, { steps: number; alone: number }>();
    const reached: Record<string, string> = {};
    const mutants: Summary['mutants'] = [];
    let cpu = 0;
    for (const job of jobs.filter((j) => j.structure === name)) {
      const result = results.get(job.id);
      if (result === undefined) continue;
      if (undecided(job, result)) {
        cut++;
        continue;
      }
      if (bad(job, result)) failed++;
      else passed++;
      cpu += result.seconds;
      if (job.mutant !== undefined) {
        const mutant = structure.mutants!.find((m) => m.id === job.mutant)!;
        mutants.push({
          id: mutant.id,
          what: mutant.what,
          caught: result.failure?.kind ?? null,
          schedules: result.totals.schedules,
          seconds: Number(result.seconds.toFixed(2)),
        });
        keepTrace(name, job.mutant, mutant.what, result);
        continue;
      }
      if (result.cut) cut++;
      addTotals(totals, result.totals);
      for (const [operation, steps, alone] of result.worst) {
        const known = worst.get(operation) ?? { steps: 0, alone: 0 };
        worst.set(operation, {
          steps: Math.max(known.steps, steps),
          alone: Math.max(known.alone, alone),
        });
      }
      for (const [kernel, map] of Object.entries(result.reached))
        reached[kernel] = joinReached(reached[kernel], map);
    }
    const coverage = await coverageOf(structure, reached);
    summaries.push({
      structure: name,
      ...totals,
      mutants,
      worst: Object.fromEntries(worst),
      coverage,
      hours: cpu / 3600,
    });
    print(name, totals, mutants, worst, coverage);
  }
  if (cut > 0) console.log(`${cut} of ${jobs.length} jobs were cut by their time limit`);
  console.log(`${Math.round(seconds)} s`);
  if (options.full && failed === 0) {
    writeTotals(summaries, cut);
    rmSync(STATE, { force: true });
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0;
}

function keepTrace(name: string, id: number, what: string, result: JobResult): void {
  if (result.failure === undefined) return;
  mkdirSync(MUTANT_TRACES, { recursive: true });
  writeFileSync(
    join(MUTANT_TRACES, `${name}-${id}.txt`),
    `mutant ${id}: ${what}\n\n${result.failure.text}\n`,
  );
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

function print(
  name: string,
  totals: Totals,
  mutants: Summary['mutants'],
  worst: Map<string, { steps: number; alone: number }>,
  coverage: Summary['coverage'],
): void {
  console.log(
    `\n${name}: ${big(totals.schedules)} schedules, ${big(totals.steps)} steps, ${big(totals.kills)} deaths ` +
      `(${big(totals.equalStates)} equal states skipped), ${big(totals.failedAllocations)} refused allocations, ` +
      `${totals.histories} histories, ${totals.repeated} schedules repeated`,
  );
  const steps = [...worst].map(([op, w]) => `${op} ${w.steps}/${w.alone}`).join(', ');
  console.log(`  most steps of an operation (in all / alone): ${steps}`);
  for (const [kernel, c] of Object.entries(coverage)) {
    console.log(
      `  ${kernel}: ${c.reached} of ${c.branches} branches reached; functions never entered: ` +
        `${c.never.length === 0 ? 'none' : c.never.join(', ')}`,
    );
  }
  if (mutants.length === 0) return;
  const caught = mutants.filter((m) => m.caught !== null).length;
  console.log(`  mutants: ${caught} of ${mutants.length} caught`);
  for (const m of mutants) {
    console.log(
      `    ${String(m.id).padStart(3)}  ${(m.caught ?? 'MISSED').padEnd(10)} ${String(m.schedules).padStart(8)} schedules ` +
        `${m.seconds.toFixed(1).padStart(6)} s  ${m.what}`,
    );
  }
}
