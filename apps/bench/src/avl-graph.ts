// node src/avl-graph.ts [FILE]: what a batch of m operations costs in a tree of a million entries,
// for m from 1 to a million, beside rebuilding the tree; docs/avl-apply.svg.

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { applyBatches, loadEven, newArena, newTree, type Tree } from './subjects/avl.ts';

const SIZE = 1_000_000;
const SEED = 1;
/** Small batches are repeated, up to so many operations. */
const OPERATIONS = 10_000;
const MOST_TIMES = 1_000;
const REBUILDS = 5;

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
    const arena = newArena(size);
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
  return took.sort((a, b) => a - b)[REBUILDS >> 1]!;
}

/** 1, 3, 10, 30, … */
function nextSize(m: number): number {
  return String(m).startsWith('1') ? 3 * m : (10 * m) / 3;
}

// ---- drawing ------------------------------------------------------------------------------------

const WIDTH = 760;
const HEIGHT = 400;
const LEFT = 70;
const TOP = 40;
const RIGHT = 150;
const BOTTOM = 46;
const LEAST_MS = 1e-3;
const MOST_MS = 1e4;
const LINES = [
  ['apply m operations', 'apply', '#2471a3'],
  ['rebuild all', 'rebuild', '#c0392b'],
] as const;

const up = (ms: number): number => {
  const share = Math.log10(Math.max(ms, LEAST_MS) / LEAST_MS) / Math.log10(MOST_MS / LEAST_MS);
  return HEIGHT - BOTTOM - Math.min(share, 1) * (HEIGHT - TOP - BOTTOM);
};

/** 0.001 ms as 1 µs, 1 000 ms as 1 s. */
function timeOf(ms: number): string {
  if (ms < 1) return `${Math.round(ms * 1e3)} µs`;
  return ms < 1e3 ? `${Math.round(ms)} ms` : `${Math.round(ms / 1e3)} s`;
}

/** The graph, both scales logarithmic. */
export function draw(points: readonly Point[]): string {
  const most = points.at(-1)!.m;
  const across = (m: number): number =>
    LEFT + (Math.log(m) / Math.max(Math.log(most), 1)) * (WIDTH - LEFT - RIGHT);
  const parts: string[] = [];
  for (let ms = LEAST_MS; ms <= MOST_MS * 1.01; ms *= 10) {
    const y = up(ms).toFixed(1);
    parts.push(`<path d="M${LEFT} ${y}H${WIDTH - RIGHT}" stroke="#ddd"/>`);
    parts.push(`<text x="${LEFT - 8}" y="${y}" text-anchor="end" dy="4">${timeOf(ms)}</text>`);
  }
  for (const { m } of points) {
    if (!String(m).startsWith('1')) continue;
    const x = across(m).toFixed(1);
    parts.push(`<path d="M${x} ${TOP}V${HEIGHT - BOTTOM}" stroke="#eee"/>`);
    const label = m.toLocaleString('en').replaceAll(',', ' ');
    parts.push(`<text x="${x}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${label}</text>`);
  }
  LINES.forEach(([name, key, colour], index) => {
    const places = points.map(
      (point) => `${across(point.m).toFixed(1)},${up(point[key]).toFixed(1)}`,
    );
    parts.push(
      `<polyline points="${places.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    );
    const y = TOP + 20 + index * 20;
    const x = WIDTH - RIGHT + 10;
    parts.push(`<path d="M${x} ${y}h14" stroke="${colour}" stroke-width="3"/>`);
    parts.push(`<text x="${x + 19}" y="${y}" dy="4">${name}</text>`);
  });
  const middle = ((LEFT + WIDTH - RIGHT) / 2).toFixed(1);
  const size = most.toLocaleString('en').replaceAll(',', ' ');
  parts.push(
    `<text x="${middle}" y="${HEIGHT - 10}" text-anchor="middle">` +
      `operations in a batch, random keys, on ${size} entries</text>`,
  );
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" ` +
    'font-family="sans-serif" font-size="12" fill="#333">\n' +
    '<title>Time of a batch beside rebuilding the tree</title>\n' +
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>\n${parts.join('\n')}\n</svg>\n`
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const usual = fileURLToPath(new URL('../../../docs/avl-apply.svg', import.meta.url));
  const points = measure();
  writeFileSync(process.argv[2] ?? usual, draw(points));
  for (const { m, apply, rebuild } of points) {
    console.log(`m = ${m}: apply ${apply.toFixed(3)} ms, rebuild ${rebuild.toFixed(1)} ms`);
  }
}
