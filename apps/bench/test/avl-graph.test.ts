// The graph of batches with tiny inputs: every size from 1 to the tree's, and a line for each.

import { expect, it } from 'vitest';
import { graph, measure } from '../src/avl-graph.ts';

it('applies batches of every size, and draws them beside the rebuild', () => {
  const points = measure(1_000);
  expect(points.map(({ m }) => m)).toEqual([1, 3, 10, 30, 100, 300, 1_000]);
  for (const { apply, rebuild } of points) {
    expect(apply).toBeGreaterThan(0);
    expect(rebuild).toBeGreaterThan(0);
  }
  const svg = graph(points);
  expect(svg.match(/<polyline/g)).toHaveLength(2);
  expect(svg).not.toContain('NaN');
});
