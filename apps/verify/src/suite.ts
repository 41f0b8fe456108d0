// The quick and the full suite: every scenario of every structure by its plans, and every mutant.
// Full runs are split into shards and can be resumed: results are kept until a source changes.

import { fullBudget, quickBudget } from './budget.ts';
import { type Job, type JobResult, plansOf } from './job.ts';
import { Kept } from './kept.ts';
import { Progress } from './progress.ts';
import { onRealThreads } from './real-slice.ts';
import { load } from './registry.ts';
import { bad, keepTrace, missed, print, summarize } from './report.ts';
import type { Mutant, Structure } from './structure.ts';
import { type Summary, writeTotals } from './totals.ts';
import { runAll } from './workers.ts';

/** Seconds that a job of the full suite has at most, round by round. */
const FULL_ROUNDS = [3, 15, 75, 300, 1200];

interface SuiteOptions {
  full: boolean;
  structures: string[];
  /** Seconds for everything: of the clock in the full suite, of computing in the quick one. */
  seconds: number;
  seed: number;
  fresh: boolean;
  cores?: number;
  mutants: boolean;
}

/** Runs the suite; true when all passed. */
export async function runSuite(options: SuiteOptions): Promise<boolean> {
  const { full, seconds, cores } = options;
  const loaded = await Promise.all(options.structures.map(load));
  const jobs = loaded.flatMap((structure, n) => jobsOf(structure, options.structures[n]!, options));
  const kept = new Map(
    loaded.map((s, n) => [options.structures[n]!, new Kept(options.structures[n]!, s)]),
  );
  const known = full && !options.fresh ? [...kept.values()].flatMap((k) => k.load(jobs)) : [];
  const results = new Map(known.map((result) => [result.id, result]));
  const started = performance.now();
  const budget = full ? fullBudget(seconds, cores) : quickBudget(seconds);
  const open = (): Job[] => jobs.filter((job) => (results.get(job.id)?.cut ?? 'time') === 'time');
  if (results.size > 0)
    console.log(`resumed: ${jobs.length - open().length} of ${jobs.length} jobs are done`);
  const progress = new Progress();
  const failed = new Set<string>();
  const onResult = (result: JobResult): boolean => {
    const job = jobs.find((j) => j.id === result.id)!;
    const before = results.get(result.id);
    const wrong = bad(job, result);
    if (before === undefined || wrong || before.totals.schedules <= result.totals.schedules)
      results.set(result.id, result);
    progress.finish(result.id, result.totals);
    budget.spend(result.seconds);
    if (wrong) {
      failed.add(result.id);
      progress.clear();
      const text = result.error ?? result.failure?.text ?? `not caught, ${missed(result.cut)}`;
      console.log(`FAILED ${result.id}\n${text}\n`);
    } else if (full) {
      const own = jobs.filter((j) => j.structure === job.structure && !failed.has(j.id));
      kept.get(job.structure)!.save(own.flatMap(({ id }) => results.get(id) ?? []));
    }
    return false;
  };
  // Most jobs need little: each gets a little, then those that were cut get more.
  for (const round of full ? FULL_ROUNDS : [Number.POSITIVE_INFINITY]) {
    // Not those that were cut after as long before.
    const due = open().filter((job) => (results.get(job.id)?.seconds ?? 0) < round);
    if (budget.deadline - performance.now() < 1000) break;
    progress.expect(due.length);
    await runAll(inTurns(due, full), {
      cores,
      deadline: budget.deadline,
      share: (job, waiting) => budget.share(job, waiting, round),
      onProgress: (id, totals) => progress.advance(id, totals),
      onResult,
    });
  }
  progress.clear();
  const good = await report(options, loaded, jobs, results, (performance.now() - started) / 1000);
  if (good && full && open().length === 0) for (const each of kept.values()) each.forget();
  return good;
}

function jobsOf(structure: Structure, name: string, options: SuiteOptions): Job[] {
  const { full, seed } = options;
  const jobs: Job[] = [];
  if (options.mutants) {
    for (const mutant of sample(structure.mutants ?? [], full, seed)) {
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

/** The quick suite hunts some of the mutants, others with another seed. */
const QUICK_MUTANTS = 6;

function sample(mutants: readonly Mutant[], full: boolean, seed: number): Mutant[] {
  const every = full ? 1 : Math.ceil(mutants.length / QUICK_MUTANTS);
  return mutants.filter((_, n) => n % every === seed % every);
}

/**
 * The structures in turns, so that a limit cuts none of them off. In the full suite mutants and
 * scenarios, too; in the quick one mutants come first, as scenarios share what these leave.
 */
function inTurns(jobs: Job[], full: boolean): Job[] {
  const groups = new Map<string, Job[]>();
  const groupOf = (job: Job): string => `${job.structure} ${job.mutant === undefined}`;
  for (const job of jobs) groups.set(groupOf(job), [...(groups.get(groupOf(job)) ?? []), job]);
  const at = new Map<Job, number>();
  for (const group of groups.values()) {
    const late = full || group[0]?.mutant !== undefined ? 0 : 1;
    for (const [n, job] of group.entries()) at.set(job, late + (n + 0.5) / group.length);
  }
  return [...jobs].sort((a, b) => at.get(a)! - at.get(b)!);
}

async function report(
  options: SuiteOptions,
  structures: Structure[],
  jobs: Job[],
  results: Map<string, JobResult>,
  seconds: number,
): Promise<boolean> {
  const summaries: Summary[] = [];
  for (const [n, structure] of structures.entries()) {
    const name = options.structures[n]!;
    const own = jobs.filter((job) => job.structure === name);
    const summary = await summarize(name, structure, own, results);
    summaries.push(summary);
    print(summary);
    for (const m of options.full ? (structure.mutants ?? []) : []) {
      const result = results.get(`${name} mutant ${m.id}`);
      if (result !== undefined) keepTrace(name, m.id, m.what, result);
    }
  }
  const slice = options.full
    ? { scenarios: 12, traces: 60, soak: 60, seed: options.seed }
    : { scenarios: 3, traces: 6, soak: 3, seed: options.seed };
  const real = { passed: 0, failed: 0 };
  for (const [n, structure] of structures.entries()) {
    const { passed, failed } = await onRealThreads(options.structures[n]!, structure, slice);
    real.passed += passed;
    real.failed += failed;
  }
  const sum = (key: 'cut' | 'limited' | 'failed' | 'passed'): number =>
    summaries.reduce((n, s) => n + s[key], key === 'failed' || key === 'passed' ? real[key] : 0);
  const cut = [`${sum('cut')} cut by their time`, `${sum('limited')} stopped at a limit`];
  console.log(`${jobs.length} jobs, ${cut.join(', ')}`);
  const computed = [...results.values()].reduce((sum, result) => sum + result.seconds, 0);
  console.log(`${Math.round(seconds)} s, ${Math.round(computed)} s computed`);
  if (options.full && options.mutants && sum('failed') === 0) writeTotals(summaries);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') === 0;
}
