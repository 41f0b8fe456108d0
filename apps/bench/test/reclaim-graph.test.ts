// The memory graph with tiny inputs: what it claims holds, and it draws a line for each scheme.

import { expect, it } from 'vitest';
import { graph, measure } from '../src/reclaim-graph.ts';

it('follows each scheme through a stopped reader and its death', { timeout: 120_000 }, async () => {
  const series = await measure(30, 250);
  expect([...series.keys()]).toEqual(['epoch', 'interval', 'hazard eras', 'hazard pointers']);
  const at = (name: string, sample: number) => series.get(name)![sample]!;
  expect(at('epoch', 19)).toBeGreaterThan(10 * 250 * 64 * 0.9);
  for (const name of ['interval', 'hazard eras', 'hazard pointers']) {
    expect(at(name, 19)).toBeLessThan(2048 * 64);
  }
  for (const values of series.values()) expect(values.at(-1)).toBeLessThan(2048 * 64);
  expect(graph(series, 7_500).match(/<polyline/g)).toHaveLength(4);
});
