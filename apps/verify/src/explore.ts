// Explores one scenario of a structure by one plan, run after run, until all schedules within the
// plan's bounds are done, a run goes wrong, or a limit is reached.

import { computed } from './clock.ts';
import { Dfs, InTurn } from './dfs.ts';
import { unexcused } from './excuse.ts';
import { historyKey } from './history.ts';
import type { Kernel } from './kernels.ts';
import { linearize } from './linearize.ts';
import { Machine, type Scheduler } from './machine.ts';
import { RandomSchedule } from './random.ts';
import { type Choice, Recorder, showChoices } from './replay.ts';
import { Seen } from './seen.ts';
import type { Plan, Scenario, Structure } from './structure.ts';
import { Violation } from './violation.ts';

export interface Totals {
  schedules: number;
  steps: number;
  kills: number;
  failedAllocations: number;
  /** Schedules run twice and found equal. */
  repeated: number;
  /** Deaths skipped because an equal state had been recovered. */
  equalStates: number;
  /** Runs left behind a death, because they came to a state that was met before. */
  left: number;
  /** Runs whose end checks were left out, because another one had ended in that state. */
  known: number;
  histories: number;
}

export const noTotals = (): Totals => ({
  schedules: 0,
  steps: 0,
  kills: 0,
  failedAllocations: 0,
  repeated: 0,
  equalStates: 0,
  left: 0,
  known: 0,
  histories: 0,
});

export function addTotals(to: Totals, from: Totals): void {
  for (const key of Object.keys(from) as (keyof Totals)[]) to[key] += from[key];
}

export interface Failure {
  structure: string;
  scenario: string;
  plan: Plan;
  violation: Violation;
  choices: Choice[];
  failAt: number;
  failOn: boolean;
  /** Schedules tried until this one. */
  after: number;
}

/** What ended it before all schedules were done: its plan's limit, or its time. */
export type Cut = false | 'limit' | 'time';

export function worse(a: Cut, b: Cut): Cut {
  return a === 'time' || b === 'time' ? 'time' : a || b;
}

export interface Report {
  totals: Totals;
  failure?: Failure;
  cut: Cut;
  worst: Map<string, { steps: number; alone: number }>;
  seconds: number;
}

interface Limits {
  /** Milliseconds of clock.ts after which to stop. */
  deadline?: number;
  /** Seeds random strategies. */
  seed?: number;
  /** One of n parts of the schedules. */
  shard?: { index: number; of: number };
  /** Called now and then. */
  progress?: (totals: Totals) => void;
}

/** Every n-th schedule is repeated and compared. */
const REPEAT_EVERY = 97;

export class Exploration {
  readonly machine: Machine;
  private readonly structure: Structure;
  private readonly scenario: Scenario;
  private readonly linear = new Map<string, boolean>();
  /** The states in which runs have ended. */
  private readonly ended = new Seen();
  private totals = noTotals();

  constructor(structure: Structure, kernels: readonly Kernel[], scenario: Scenario) {
    this.structure = structure;
    this.scenario = scenario;
    this.machine = new Machine(structure, kernels, scenario);
  }

  run(plan: Plan, limits: Limits = {}): Report {
    const started = computed();
    this.totals = noTotals();
    let failure: Failure | undefined;
    let cut: Cut = false;
    const { machine } = this;
    this.configure(plan);
    // Failing allocations: none first, then each n-th, once and from then on, until n is not
    // reached.
    for (let failAt = 0, more = true; more; failAt++) {
      const before = this.totals.failedAllocations;
      for (const failOn of failAt === 0 ? [false] : [false, true]) {
        if (late(limits)) cut = 'time';
        if (failure !== undefined || cut === 'time') break;
        machine.failAt = failAt;
        machine.failOn = failOn;
        const result =
          plan.strategy === 'dfs' ? this.search(plan, limits) : this.draw(plan, limits);
        failure = result.failure;
        cut = worse(cut, result.cut);
      }
      const reached = failAt === 0 || this.totals.failedAllocations > before;
      more = plan.failures === true && reached && failure === undefined && cut !== 'time';
    }
    machine.failAt = 0;
    return {
      totals: this.totals,
      failure,
      cut,
      worst: machine.worst,
      seconds: (computed() - started) / 1000,
    };
  }

  /** Sets what is checked for `plan`. */
  configure(plan: Plan): void {
    this.machine.watch = {
      legal: true,
      race: true,
      invariant: plan.invariants !== false,
      deaths: (plan.kills ?? 0) > 0,
      progress: plan.progress === true,
      hash: false,
      record: false,
    };
  }

  private search(plan: Plan, limits: Limits): { failure?: Failure; cut: Cut } {
    const dfs = new Dfs(dfsBounds(plan), limits.shard);
    const result = this.searchBy(dfs, plan, limits);
    this.totals.equalStates += dfs.skipped;
    return result;
  }

  private searchBy(dfs: Dfs, plan: Plan, limits: Limits): { failure?: Failure; cut: Cut } {
    let schedules = 0;
    for (let first = true; first || dfs.advance(); first = false) {
      let violation = this.one(dfs);
      schedules++;
      if (violation === null && schedules % REPEAT_EVERY === 0) {
        violation = this.repeat(() => {
          dfs.again();
          return dfs;
        });
      }
      if (violation !== null) {
        // The search stands at the failing schedule: run it once more, noting its choices.
        dfs.again();
        const recorder = new Recorder(dfs);
        const again = this.judge(this.machine.execute(recorder));
        return {
          failure: this.failure(plan, again ?? violation, recorder.choices, schedules),
          cut: false,
        };
      }
      const cut = this.stop(limits, schedules, plan.limit);
      if (cut !== false) return { cut };
    }
    return { cut: false };
  }

  private draw(plan: Plan, limits: Limits): { failure?: Failure; cut: Cut } {
    const { machine } = this;
    const runs = plan.runs ?? 1000;
    const inTurn = this.one(new InTurn());
    if (inTurn !== null) return { failure: this.failure(plan, inTurn, [], 0), cut: false };
    const expected = Math.max(8, Math.round(machine.point * 1.2));
    const shard = limits.shard ?? { index: 0, of: 1 };
    for (let run = shard.index; run < runs; run += shard.of) {
      const seed = Math.imul((limits.seed ?? 1) + run, 0x9e3779b1);
      const make = (): Scheduler => new RandomSchedule(randomBounds(plan), seed, expected);
      let violation = this.one(make());
      if (violation === null && run % REPEAT_EVERY === 0) violation = this.repeat(make);
      if (violation !== null) {
        const recorder = new Recorder(make());
        const again = this.judge(machine.execute(recorder));
        return {
          failure: this.failure(plan, again ?? violation, recorder.choices, run),
          cut: false,
        };
      }
      const cut = this.stop(limits, run, undefined);
      if (cut !== false) return { cut };
    }
    return { cut: false };
  }

  private one(scheduler: Scheduler): Violation | null {
    const { machine, totals } = this;
    const found = machine.execute(scheduler, this.ended);
    const violation = machine.left || machine.known ? null : this.judge(found);
    totals.schedules++;
    if (machine.left) totals.left++;
    if (machine.known) totals.known++;
    totals.steps += machine.steps;
    totals.kills += machine.kills;
    totals.failedAllocations += machine.failed;
    return violation;
  }

  /** After a run: its own violation, or the history's. */
  judge(violation: Violation | null): Violation | null {
    if (violation !== null) return violation;
    const { events, absences } = this.machine;
    const refusal = unexcused(events, absences, this.scenario, this.structure);
    if (refusal !== undefined) return new Violation('refusal', refusal);
    const key = historyKey(events);
    let linear = this.linear.get(key);
    if (linear === undefined) {
      linear = linearize(events, this.structure.model) === undefined;
      this.linear.set(key, linear);
      this.totals.histories++;
    }
    return linear ? null : new Violation('history', 'no order of the calls explains their results');
  }

  private repeat(make: () => Scheduler): Violation | null {
    const { machine } = this;
    machine.watch.hash = true;
    const once = [this.judge(machine.execute(make())), machine.hash1, machine.hash2];
    machine.arena.restore();
    const stray = machine.arena.strayWrite();
    const twice = [this.judge(machine.execute(make())), machine.hash1, machine.hash2];
    machine.watch.hash = false;
    this.totals.repeated++;
    // It was left, and would have gone wrong.
    if (once[0] !== null) return once[0] as Violation;
    if (stray >= 0) {
      return new Violation(
        'nondeterminism',
        `the byte at ${machine.word(stray)} was written past world.write: runs do not start equal`,
      );
    }
    if (once.some((part, n) => part !== twice[n])) {
      return new Violation('nondeterminism', 'the same schedule, run twice, gave two traces');
    }
    return null;
  }

  private stop(limits: Limits, schedules: number, limit: number | undefined): Cut {
    if (limit !== undefined && schedules >= limit) return 'limit';
    if ((schedules & 63) !== 0) return false;
    limits.progress?.(this.totals);
    return late(limits) ? 'time' : false;
  }

  private failure(plan: Plan, violation: Violation, choices: Choice[], after: number): Failure {
    const { failAt, failOn } = this.machine;
    return {
      structure: this.structure.name,
      scenario: this.scenario.name,
      plan,
      violation,
      choices,
      failAt,
      failOn,
      after,
    };
  }
}

function late(limits: Limits): boolean {
  return limits.deadline !== undefined && computed() >= limits.deadline;
}

function victims(plan: Plan): number {
  return plan.victims?.reduce((mask, id) => mask | (1 << id), 0) ?? 0xffff;
}

function dfsBounds(plan: Plan) {
  const preemptions = plan.preemptions ?? 2;
  return {
    preemptions,
    preemptionsAfterDeath: plan.preemptionsAfterDeath ?? preemptions,
    kills: plan.kills ?? 0,
    victims: victims(plan),
    lostStores: plan.lostStores !== false,
    suspendedDie: plan.suspendedDie === true,
    progress: plan.progress === true,
    // How long a thread has run alone is in no state.
    leaves: plan.progress !== true,
  };
}

function randomBounds(plan: Plan) {
  return {
    strategy: plan.strategy as 'pct' | 'random',
    depth: plan.depth ?? 3,
    kills: plan.kills ?? 0,
    victims: victims(plan),
    lostStores: plan.lostStores !== false,
  };
}

/** The text that `verify:replay` takes. */
export function seedOf(f: Failure): string {
  const failing = f.failAt === 0 ? '' : `!${f.failAt}${f.failOn ? '+' : ''}`;
  const progress = f.plan.progress ? 'p' : '';
  return `${f.structure}/${f.scenario}@${progress}${failing}:${showChoices(f.choices)}`;
}
