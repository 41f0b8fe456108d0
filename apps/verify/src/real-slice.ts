// The part of the suites that real workers do: a slice of simulated schedules again, step by step,
// and a short soak of every structure that says how.

import { realScenarios, replayOnRealThreads } from './real-replay.ts';
import { soak } from './soak.ts';
import type { Structure } from './structure.ts';

interface Slice {
  /** Scenarios of each structure, and schedules of each. */
  scenarios: number;
  traces: number;
  /** Seconds of soak for each structure. */
  soak: number;
  seed: number;
}

/** Prints what was done; how many parts passed and failed. */
export async function onRealThreads(
  name: string,
  structure: Structure,
  slice: Slice,
): Promise<{ passed: number; failed: number }> {
  const counts = { passed: 0, failed: 0 };
  const count = (what: string, failure: string | undefined): void => {
    if (failure === undefined) counts.passed++;
    else counts.failed++;
    if (failure !== undefined) console.log(`FAILED ${name} on real threads, ${what}: ${failure}`);
  };
  const scenarios = realScenarios(structure);
  const every = Math.max(1, Math.floor(scenarios.length / slice.scenarios));
  const chosen = scenarios.filter((_, n) => n % every === 0).slice(0, slice.scenarios);
  let [traces, steps, deaths] = [0, 0, 0];
  for (const scenario of chosen) {
    const run = await replayOnRealThreads(name, structure, scenario, slice.traces, slice.seed);
    count(scenario.name, run.failure);
    traces += run.traces;
    steps += run.steps;
    deaths += run.deaths;
  }
  if (chosen.length > 0)
    console.log(
      `${name} on real threads: ${traces} simulated schedules again, ${steps} steps, ` +
        `${deaths} workers terminated, ${counts.failed === 0 ? 'all equal' : 'NOT all equal'}`,
    );
  if (structure.soak === undefined) return counts;
  const result = await soak(name, structure, slice.soak, slice.seed, () => {});
  count('soak', result.failure);
  console.log(
    `${name} on real threads: ${result.rounds} rounds of ${result.calls} calls in all, ` +
      `${result.terminated} workers terminated`,
  );
  return counts;
}
