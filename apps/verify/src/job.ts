// One piece of work that a worker process does: a plan of a scenario, or the hunt for a mutant.
// Jobs and their results are plain data, so that they travel between processes and into files.

import { computed } from './clock.ts';
import {
  addTotals,
  type Cut,
  Exploration,
  noTotals,
  seedOf,
  type Totals,
  worse,
} from './explore.ts';
import { type Kernel, loadKernel, type Replace } from './kernels.ts';
import { load } from './registry.ts';
import { record, shrink } from './shrink.ts';
import type { Mutant, Plan, Scenario, Structure } from './structure.ts';
import { showFailure } from './trace.ts';

export interface Job {
  id: string;
  structure: string;
  /**
   * Explore this scenario by this plan (none: by all of its plans, an equal part of the time for
   * each); or, with `mutant`, hunt it through all its scenarios.
   */
  scenario?: string;
  plan?: Plan;
  shard?: { index: number; of: number };
  mutant?: number;
  /** At most so many schedules of each plan, at random while they are few. */
  limit?: number;
  full: boolean;
  /** Seconds that it may compute. */
  budget: number;
  seed: number;
  replace?: Replace;
}

export interface JobResult {
  id: string;
  totals: Totals;
  seconds: number;
  cut: Cut;
  /** What went wrong, shrunk and printed; for a mutant: how it was caught. */
  failure?: { kind: string; text: string; seed: string };
  /** The job itself could not be done. */
  error?: string;
  worst: [operation: string, steps: number, alone: number][];
  /** Branches reached, one character each, by kernel. */
  reached: Record<string, string>;
}

export function plansOf(structure: Structure, scenario: Scenario, full: boolean): readonly Plan[] {
  const own = full ? (scenario.full ?? scenario.quick) : scenario.quick;
  const shared = full ? (structure.plan?.full ?? structure.plan?.quick) : structure.plan?.quick;
  return own ?? shared?.map((plan) => (scenario.threads.length > 2 ? forThree(plan) : plan)) ?? [];
}

/** Of three threads in order there are too many schedules: one preemption less, the rest by PCT. */
function forThree(plan: Plan): Plan {
  if (plan.strategy !== 'dfs' || plan.progress === true) return plan;
  return { ...plan, preemptions: Math.max(0, (plan.preemptions ?? 2) - 1) };
}

/** A mutant is hunted everywhere a little and at random, then everywhere more, in order. */
export const HUNT = [60, 600, 20_000, undefined];
const AT_RANDOM = 1000;

function limited(plan: Plan, limit: number): Plan {
  if (plan.strategy !== 'dfs') return { ...plan, runs: Math.min(limit, plan.runs ?? limit) };
  if (limit > AT_RANDOM) return { ...plan, limit: Math.min(limit, plan.limit ?? limit) };
  return { ...plan, strategy: 'pct', depth: (plan.preemptions ?? 2) + 1, runs: limit };
}

const kernelCache = new Map<string, Promise<Kernel[]>>();

export function kernelsOf(
  structure: Structure,
  mutant?: Mutant,
  replace: Replace = {},
): Promise<Kernel[]> {
  const key = `${structure.name}|${mutant?.kernel}|${mutant?.id}|${JSON.stringify(replace)}`;
  let kernels = kernelCache.get(key);
  if (kernels === undefined) {
    kernels = Promise.all(
      Object.entries(structure.kernels).map(([name, path], index) =>
        loadKernel(name, { path, replace, mutant: mutant?.kernel === name ? mutant.id : 0 }, index),
      ),
    );
    kernelCache.set(key, kernels);
  }
  return kernels;
}

export async function runJob(job: Job, progress: (totals: Totals) => void): Promise<JobResult> {
  const started = computed();
  const result: JobResult = {
    id: job.id,
    totals: noTotals(),
    seconds: 0,
    cut: false,
    worst: [],
    reached: {},
  };
  try {
    const structure = await load(job.structure);
    const mutant = structure.mutants?.find((m) => m.id === job.mutant);
    if (job.mutant !== undefined && mutant === undefined)
      throw new Error(`no mutant ${job.mutant}`);
    const kernels = await kernelsOf(structure, mutant, job.replace);
    const end = computed() + job.budget * 1000;
    const todo = work(structure, job, mutant);
    const explorations = new Map<Scenario, Exploration>();
    const at = (scenario: Scenario): Exploration => {
      const known = explorations.get(scenario) ?? new Exploration(structure, kernels, scenario);
      explorations.set(scenario, known);
      return known;
    };
    const done = (): boolean => result.failure !== undefined || computed() >= end;
    const hunts = mutant !== undefined;
    for (const limit of hunts ? HUNT : [job.limit]) {
      result.cut = false;
      for (const [n, [scenario, own]] of todo.entries()) {
        const now = computed();
        const deadline = hunts ? end : now + (end - now) / (todo.length - n);
        const plan = limit === undefined ? own : limited(own, limit);
        explore(at(scenario), plan, job, deadline, result, progress);
        if (done()) break;
      }
      if (done()) break;
    }
    if (computed() >= end) result.cut = 'time';
  } catch (error) {
    result.error = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  result.seconds = (computed() - started) / 1000;
  return result;
}

/** What the job explores, in order. */
function work(structure: Structure, job: Job, mutant: Mutant | undefined): [Scenario, Plan][] {
  if (mutant === undefined) {
    const scenario = structure.scenarios.find((s) => s.name === job.scenario);
    if (scenario === undefined) throw new Error(`no scenario ${job.scenario}`);
    const plans = job.plan === undefined ? plansOf(structure, scenario, job.full) : [job.plan];
    return plans.map((plan) => [scenario, plan]);
  }
  const scenarios =
    mutant.scenarios === undefined
      ? structure.scenarios
      : mutant.scenarios.map((name) => {
          const found = structure.scenarios.find((s) => s.name === name);
          if (found === undefined) throw new Error(`mutant ${mutant.id}: no scenario "${name}"`);
          return found;
        });
  return scenarios.flatMap((scenario) =>
    (mutant.plans ?? plansOf(structure, scenario, true)).map((plan): [Scenario, Plan] => [
      scenario,
      plan,
    ]),
  );
}

function explore(
  exploration: Exploration,
  plan: Plan,
  job: Job,
  deadline: number,
  result: JobResult,
  progress: (totals: Totals) => void,
): void {
  const before = { ...result.totals };
  const report = exploration.run(plan, {
    deadline,
    seed: job.seed,
    shard: job.shard,
    progress: (totals) => {
      const now = { ...before };
      addTotals(now, totals);
      progress(now);
    },
  });
  addTotals(result.totals, report.totals);
  result.cut = worse(result.cut, report.cut);
  for (const [operation, { steps, alone }] of report.worst)
    result.worst.push([operation, steps, alone]);
  const reached = new Map<string, Uint8Array>();
  exploration.machine.cover(reached);
  for (const [kernel, map] of reached) result.reached[kernel] = union(result.reached[kernel], map);
  if (report.failure !== undefined) {
    const small = shrink(exploration, report.failure);
    record(exploration, small);
    result.failure = {
      kind: small.violation.kind,
      text: showFailure(exploration.machine, small),
      seed: seedOf(small),
    };
  }
}

function union(known: string | undefined, map: Uint8Array): string {
  let text = '';
  for (let n = 0; n < map.length; n++) text += map[n] === 1 || known?.[n] === '1' ? '1' : '0';
  return text;
}

export function joinReached(known: string | undefined, more: string): string {
  return union(known, Uint8Array.from(more, Number));
}
