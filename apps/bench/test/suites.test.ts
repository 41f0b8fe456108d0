// Every benchmark runs here with tiny inputs: that it works and that all subjects compute the same.
// No time is looked at, so two run at a time: each waits for its workers.

import { describe, expect, it } from 'vitest';
import { runSuite } from '../src/run.ts';
import { SUITES } from '../src/suites.ts';
import { tableOf } from '../src/table.ts';

const ROUNDS = 2;

describe.concurrent.each(SUITES)('$name', (suite) => {
  it('runs with tiny inputs and all subjects agree', { timeout: 120_000 }, async () => {
    const steps: string[] = [];
    const result = await runSuite(suite, {
      size: suite.tiny,
      rounds: ROUNDS,
      seed: 7,
      progress: ({ subject }) => steps.push(subject),
    });
    expect(steps).toHaveLength(ROUNDS * suite.subjects.length);
    expect([...new Set(steps)].sort()).toEqual(suite.subjects.map((s) => s.name).sort());
    const metrics = suite.metrics.map((metric) => metric.name);
    for (const samples of Object.values(result.samples)) {
      for (const [metric, values] of Object.entries(samples)) {
        expect(metrics).toContain(metric);
        expect(values).toHaveLength(ROUNDS);
        expect(values.every(Number.isFinite)).toBe(true);
      }
    }
    expect(result.ratios).toHaveLength(suite.ratios.length);
    expect(result.limits).toHaveLength(suite.limits?.length ?? 0);
    const run = { date: '2000-01-01T00:00:00.000Z', machine: 'a machine', versions: {}, ...result };
    const table = tableOf(suite, run);
    for (const { title } of [...suite.metrics, ...suite.ratios]) expect(table).toContain(title);
  });
});

it('has one name for each suite', () => {
  expect(new Set(SUITES.map((suite) => suite.name)).size).toBe(SUITES.length);
});
