// What the jobs of a suite may take.

import { expect, test } from 'vitest';
import { fullBudget, quickBudget } from '../src/budget.ts';
import { noTotals } from '../src/explore.ts';
import type { Job, JobResult } from '../src/job.ts';
import { bad } from '../src/report.ts';

const scenario: Job = {
  id: 's/scenario',
  structure: 's',
  scenario: 'scenario',
  full: false,
  budget: 60,
  seed: 1,
};
const mutant: Job = { ...scenario, id: 's mutant 1', scenario: undefined, mutant: 1 };

test('the scenarios of the quick suite share what its mutants leave', () => {
  const budget = quickBudget(100);
  expect(budget.share(mutant, 9, 0)).toBe(60);
  budget.spend(20);
  expect(budget.share(scenario, 3, 0)).toBe(20);
  budget.spend(5);
  expect(budget.share(scenario, 2, 0)).toBe(25);
});

test('the quick suite leaves no scenario out, however long its mutants have taken', () => {
  const budget = quickBudget(100);
  budget.spend(500);
  expect(budget.share(scenario, 3, 0)).toBeGreaterThan(0);
  expect(budget.deadline).toBe(Number.POSITIVE_INFINITY);
});

test('the full suite ends by the clock, and no job takes more than its round gives', () => {
  const began = performance.now();
  const budget = fullBudget(100, 2);
  expect(budget.deadline - began).toBeGreaterThanOrEqual(100_000);
  expect(budget.share(scenario, 0, 3)).toBe(3);
  expect(budget.share(scenario, 999, 75)).toBeLessThan(1);
  expect(budget.share(mutant, 999, 3)).toBe(60);
});

test('a mutant that had all its time and was not caught fails the run', () => {
  const result: JobResult = {
    id: mutant.id,
    totals: noTotals(),
    seconds: 60.1,
    cut: 'time',
    worst: [],
    reached: {},
  };
  expect(bad(mutant, result)).toBe(true);
  expect(bad(mutant, { ...result, seconds: 12 })).toBe(false);
  expect(bad(mutant, { ...result, seconds: 12, cut: 'limit' })).toBe(true);
});
