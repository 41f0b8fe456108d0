// Every benchmark runs here with tiny inputs, of those that differ in size alone one: that it works
// and that all subjects compute the same. No time is looked at, so two run at a time: each waits
// for its processes.

import { describe, expect, it } from 'vitest';
import { runSuite } from '../src/run.ts';
import { SUITES, suitesOf } from '../src/suites/index.ts';
import { tableOf } from '../src/table.ts';

/**
 * One suite shows what a second round changes: the order of its subjects. And its subjects have
 * processes of their own, as they have where they are measured; those of the others share one.
 */
const TURNS = 'skiplist-writers';

/** Of suites that differ in size alone the first: with tiny inputs they are the same. */
const DISTINCT = [
  ...new Map(
    SUITES.toReversed().map((suite) => [suite.name.replace(/-\d+[km]$/, ''), suite]),
  ).values(),
].toReversed();

describe.concurrent.each(DISTINCT)('$name', (suite) => {
  it('runs with tiny inputs and all subjects agree', { timeout: 120_000 }, async () => {
    const steps: string[] = [];
    const rounds = suite.name === TURNS ? 2 : 1;
    const result = await runSuite(suite, {
      size: suite.tiny,
      rounds,
      seed: 7,
      together: suite.name !== TURNS,
      progress: ({ subject }) => steps.push(subject),
    });
    const subjects = suite.subjects.map(({ name }) => name);
    expect(steps).toEqual(rounds === 1 ? subjects : [...subjects, ...subjects.toReversed()]);
    const metrics = suite.metrics.map((metric) => metric.name);
    expect(Object.keys(result.samples).sort()).toEqual(subjects.sort());
    for (const samples of Object.values(result.samples)) {
      for (const [metric, values] of Object.entries(samples)) {
        expect(metrics).toContain(metric);
        expect(values).toHaveLength(rounds);
        expect(values.every(Number.isFinite)).toBe(true);
      }
    }
    expect(result.ratios).toHaveLength(suite.ratios.length);
    expect(result.limits).toHaveLength(suite.limits?.length ?? 0);
    const run = { date: '2000-01-01T00:00:00.000Z', machine: 'a machine', versions: {}, ...result };
    const table = tableOf(suite, run);
    for (const { title } of suite.metrics) expect(table).toContain(title);
    for (const [title] of [...suite.ratios, ...(suite.limits ?? [])]) {
      expect(table).toContain(title);
    }
  });
});

it('has one name for each suite', () => {
  expect(new Set(SUITES.map((suite) => suite.name)).size).toBe(SUITES.length);
});

it('knows a suite by its name, and some by what they begin with', () => {
  const names = (name: string) => suitesOf(name).map((suite) => suite.name);
  expect(names('values-utf8-20')).toEqual(['values-utf8-20']);
  expect(names('values-utf8')).toEqual(['values-utf8-20', 'values-utf8-200']);
  expect(() => suitesOf('none')).toThrow(RangeError);
});

it('says why a process failed', { timeout: 120_000 }, async () => {
  const suite = { ...suitesOf(TURNS)[0]!, name: 'none' };
  await expect(runSuite(suite)).rejects.toThrow(
    /none, one writer: left with code 1[\s\S]*found none/,
  );
});
