// The engine's own test: toys that are right pass, and each seeded bug is found for what it is.

import { describe, expect, test } from 'vitest';
import { Exploration } from '../src/explore.ts';
import { kernelsOf, plansOf } from '../src/job.ts';
import { record, shrink } from '../src/shrink.ts';
import type { Structure } from '../src/structure.ts';
import { showFailure } from '../src/trace.ts';
import lock from './toys/lock.ts';
import pool from './toys/pool.ts';
import stack from './toys/stack.ts';
import words from './toys/words.ts';

/** What each mutant must be found as. */
const EXPECTED: Record<string, Record<number, string>> = {
  stack: { 1: 'history', 2: 'race', 3: 'history' },
  words: {
    1: 'wait-free',
    2: 'race',
    3: 'race',
    4: 'race',
    5: 'history',
    6: 'race',
    7: 'history',
  },
  lock: {
    1: 'invariant',
    2: 'end',
    3: 'history',
    4: 'invariant',
    5: 'progress',
    6: 'invariant',
    7: 'invariant',
  },
  pool: { 1: 'overlap', 2: 'end', 3: 'freed', 4: 'end', 5: 'end', 6: 'history', 7: 'freed' },
};

describe.each([stack, words, lock, pool])('$name', (structure: Structure) => {
  test.each(structure.scenarios.map((s) => s.name))('%s: nothing is found', async (name) => {
    const scenario = structure.scenarios.find((s) => s.name === name)!;
    const exploration = new Exploration(structure, await kernelsOf(structure), scenario);
    for (const plan of plansOf(structure, scenario, false)) {
      const { failure, totals, cut } = exploration.run(plan);
      expect(failure?.violation).toBeUndefined();
      expect(cut).toBe(false);
      expect(totals.schedules).toBeGreaterThan(2);
    }
  });

  test.each(structure.mutants!)('mutant $id ($what) is found', async (mutant) => {
    const kernels = await kernelsOf(structure, mutant);
    const scenarios = structure.scenarios.filter((s) => mutant.scenarios?.includes(s.name) ?? true);
    for (const scenario of scenarios) {
      const exploration = new Exploration(structure, kernels, scenario);
      for (const plan of plansOf(structure, scenario, false)) {
        const { failure } = exploration.run(plan);
        if (failure === undefined) continue;
        const small = shrink(exploration, failure);
        expect(record(exploration, small)?.kind).toBe(failure.violation.kind);
        const text = showFailure(exploration.machine, small);
        expect(text).toContain('pnpm verify:replay');
        expect(small.choices.length).toBeLessThanOrEqual(failure.choices.length);
        expect(failure.violation.kind, text).toBe(EXPECTED[structure.name]![mutant.id]);
        return;
      }
    }
    throw new Error('not found');
  });
});
