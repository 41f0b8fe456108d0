// node src/avl-graph.ts [FILE]: what a batch of m operations costs in a tree of a million entries,
// for m from 1 to a million, beside rebuilding the tree; docs/avl-apply.svg.

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { draw } from './graph.ts';
import { newTree, type Tree, treeArena } from './maps/avl.ts';
import { spread } from './stats.ts';
import { applyBatches, loadEven } from './subjects/builds.ts';

const SIZE = 1_000_000;
const SEED = 1;
/** Small batches are repeated, up to so many operations. */
const OPERATIONS = 10_000;
const MOST_TIMES = 1_000;
const REBUILDS = 5;
const SCALE_MS = [1e-3, 1e-2, 0.1, 1, 10, 100, 1e3, 1e4];

/** Of one size of batches, in milliseconds a batch. */
interface Point {
  readonly m: number;
  readonly apply: number;
  readonly rebuild: number;
}

/** Batches of 1, 3, 10, 30, … operations up to `size`, in a tree of `size` keys. */
export function measure(size = SIZE): Point[] {
  const points: Point[] = [];
  for (let m = 1; m <= size; m = nextSize(m)) {
    const arena = treeArena(size);
    const map = newTree(arena, size);
    loadEven(map, size, SEED);
    const times = Math.max(1, Math.min(MOST_TIMES, Math.floor(Math.min(OPERATIONS, size) / m)));
    applyBatches(map, size, m, Math.ceil(times / 10), SEED + 1);
    const rebuild = rebuildTime(map);
    const { sets } = applyBatches(map, size, m, times, SEED + 2);
    points.push({ m, apply: (sets.ns * m) / 1e6, rebuild });
    map.destroy();
    arena.detach();
  }
  return points;
}

/** Milliseconds of a rebuild, the median of a few. */
function rebuildTime(map: Tree): number {
  const took = Array.from({ length: REBUILDS }, () => {
    const start = performance.now();
    map.compact();
    return performance.now() - start;
  });
  return spread(took).median;
}

/** 1, 3, 10, 30, … */
function nextSize(m: number): number {
  return String(m).startsWith('1') ? 3 * m : (10 * m) / 3;
}

/** 0.001 ms as 1 µs, 1 000 ms as 1 s. */
function timeOf(ms: number): string {
  if (ms < 1) return `${Math.round(ms * 1e3)} µs`;
  return ms < 1e3 ? `${Math.round(ms)} ms` : `${Math.round(ms / 1e3)} s`;
}

/** The graph, both scales logarithmic. */
export function graph(points: readonly Point[]): string {
  const most = points.at(-1)!.m;
  const placed = points.map((point) => ({ ...point, place: Math.log(point.m) / Math.log(most) }));
  const shown = (n: number): string => n.toLocaleString('en').replaceAll(',', ' ');
  return draw({
    title: 'Time of a batch beside rebuilding the tree',
    across: `operations in a batch, random keys, on ${shown(most)} entries`,
    scale: SCALE_MS.map((ms) => [ms, timeOf(ms)]),
    places: placed
      .filter(({ m }) => String(m).startsWith('1'))
      .map(({ m, place }) => [place, shown(m)]),
    lines: new Map([
      ['apply m operations', placed.map(({ place, apply }) => [place, apply])],
      ['rebuild all', placed.map(({ place, rebuild }) => [place, rebuild])],
    ]),
  });
}

if (import.meta.main) {
  const usual = fileURLToPath(new URL('../../../docs/avl-apply.svg', import.meta.url));
  const points = measure();
  writeFileSync(process.argv[2] ?? usual, graph(points));
  for (const { m, apply, rebuild } of points) {
    console.log(`m = ${m}: apply ${apply.toFixed(3)} ms, rebuild ${rebuild.toFixed(1)} ms`);
  }
}
