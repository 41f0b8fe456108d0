// Mixes of operations on keys of which few are asked for often, as YCSB has them: A to F.

import type { Key, Keys } from './keys.ts';
import type { BenchMap } from './maps/map.ts';
import { countPercentiles } from './percentiles.ts';
import { generator, shuffled, zipf } from './random.ts';
import type { Bench, Job } from './types.ts';
import { addValue, type Values } from './values.ts';
import { type Scene, SHORT_SCAN, setAll, settle, WARM_UP } from './workloads.ts';

/** What steps are, one of two kinds each. */
export interface Mix {
  readonly reads: 'get' | 'scan';
  readonly writes: 'set' | 'insert' | 'update';
  /** The share of steps that write. */
  readonly written: number;
  /** Whether what was inserted last is asked for most. Default: any key, which the seed says. */
  readonly latest?: boolean;
  /** How many steps are measured, beside the number of entries. */
  readonly steps: number;
}

/** YCSB's core workloads, in the order in which it runs them. */
export const MIXES = {
  A: { reads: 'get', writes: 'set', written: 0.5, steps: 0.5 },
  B: { reads: 'get', writes: 'set', written: 0.05, steps: 0.5 },
  C: { reads: 'get', writes: 'set', written: 0, steps: 0.5 },
  F: { reads: 'get', writes: 'update', written: 0.5, steps: 0.5 },
  D: { reads: 'get', writes: 'insert', written: 0.05, latest: true, steps: 0.5 },
  E: { reads: 'scan', writes: 'insert', written: 0.05, steps: 0.2 },
} satisfies Record<string, Mix>;

/** What a mix does, the reads first. */
export function kindsOf({ reads, writes, written }: Mix): string[] {
  return written === 0 ? [reads] : [reads, writes];
}

/** Steps in the order in which they are taken. */
interface Steps {
  readonly mix: Mix;
  /** 1: the step writes. */
  readonly writes: Uint8Array;
  readonly keys: readonly Key[];
  /** How many entries each scan visits at the most. */
  readonly limits: Uint8Array;
}

/** Of each step of a mix, whether it writes. */
export function drawWrites({ written }: Mix, count: number, next: () => number): Uint8Array {
  return Uint8Array.from({ length: count }, () => (next() / 2 ** 32 < written ? 1 : 0));
}

const increment = (value: unknown): number => (value as number) + 1;

/** Takes one step; the next state of the checksum of what was read. */
function take(map: BenchMap, steps: Steps, at: number, values: Values, sum: number): number {
  const { mix, writes, keys, limits } = steps;
  const key = keys[at]!;
  if (writes[at] === 0) {
    if (mix.reads === 'scan') return map.entries!(key, limits[at]!, sum);
    return addValue(sum, map.get(key), values);
  }
  if (mix.writes === 'update') map.update!(key, increment);
  else map.set(key, at);
  map.publish?.();
  return sum;
}

/** Takes the steps of a stretch; the checksum of what they read. */
function takeAll(
  map: BenchMap,
  steps: Steps,
  [from, to]: readonly [number, number],
  values: Values,
): number {
  let sum = 0;
  for (let at = from; at < to; at++) sum = take(map, steps, at, values, sum);
  return sum;
}

/** Milliseconds of each read and each write. */
interface Took {
  readonly all: readonly [Float64Array, Float64Array];
  readonly counts: [reads: number, writes: number];
}

export function newTook(most: number): Took {
  return { all: [new Float64Array(most), new Float64Array(most)], counts: [0, 0] };
}

/** As `takeAll`; what each step takes, the clock included, goes to `took` from its start on. */
export function timeAll(
  map: BenchMap,
  steps: Steps,
  [from, to]: readonly [number, number],
  values: Values,
  { all, counts }: Took,
): number {
  counts.fill(0);
  let sum = 0;
  for (let at = from; at < to; at++) {
    const start = performance.now();
    sum = take(map, steps, at, values, sum);
    const ms = performance.now() - start;
    const kind = steps.writes[at]!;
    all[kind]![counts[kind]!++] = ms;
  }
  return sum;
}

/** Reports the percentiles of both kinds, under names that begin so. */
export function countTook(bench: Bench, mix: Mix, { all, counts }: Took, before = ''): void {
  kindsOf(mix).forEach((kind, at) => {
    const took = all[at]!.subarray(0, counts[at]!);
    countPercentiles(bench, took, 1e6, (share) => `${before}${kind} ${share}`);
  });
}

/** So many steps of a mix, of which many are not measured: they warm up. */
function lengthsOf({ steps }: Mix, size: number): { measured: number; early: number; all: number } {
  const measured = Math.ceil(steps * size);
  const early = Math.min(WARM_UP, measured);
  return { measured, early, all: 2 * (early + measured) };
}

/** Steps on keys of the numbers in `order`, of which the first `job.size` are there. */
function plan(mix: Mix, job: Job, order: Uint32Array, keys: Keys): Steps {
  const { size, seed } = job;
  const next = generator(seed + 2);
  const writes = drawWrites(mix, lengthsOf(mix, size).all, next);
  const ranked = shuffled(size, seed + 1);
  const rank = zipf(size, next);
  let end = size;
  const asked = Uint32Array.from(writes, (one) => {
    if (one === 1 && mix.writes === 'insert') return order[end++]!;
    return order[mix.latest ? end - 1 - rank() : ranked[rank()]!]!;
  });
  const limits = Uint8Array.from(writes, () => 1 + (next() % SHORT_SCAN));
  return { mix, writes, keys: keys.make(asked), limits };
}

/** A stretch without the clock, and one with it. */
async function runMix(name: string, map: BenchMap, steps: Steps, scene: Scene): Promise<void> {
  const { job, bench, values } = scene;
  const { measured, early } = lengthsOf(steps.mix, job.size);
  let from = 0;
  const stretch = (size: number): [number, number] => [from, (from += size)];
  takeAll(map, steps, stretch(early), values);
  await settle(job);
  const plain = stretch(measured);
  bench.measure(name, measured, () => takeAll(map, steps, plain, values));
  const took = newTook(measured);
  timeAll(map, steps, stretch(early), values, took);
  bench.collect();
  timeAll(map, steps, stretch(measured), values, took);
  countTook(bench, steps.mix, took, `${name} `);
}

/** Of all steps so many insert at the most. */
const MOST_INSERTED = 0.1;

/** Measures those of YCSB's workloads that the map can do; the last one on a map of its own. */
export async function runMixes(scene: Scene): Promise<void> {
  const { job, open, keys, values } = scene;
  const order = shuffled(Math.ceil((1 + 2 * MOST_INSERTED) * job.size), job.seed);
  const first = order.subarray(0, job.size);
  const filled = (): BenchMap => {
    const map = open(order.length, values, keys);
    setAll(map, keys.make(first), values.make(first));
    return map;
  };
  let map = filled();
  for (const [name, mix] of Object.entries<Mix>(MIXES)) {
    if (mix.reads === 'scan') {
      if (map.entries === undefined) continue;
      await map.close();
      map = filled();
    }
    map.fill(() => {}); // A tree is rebuilt.
    await runMix(name, map, plan(mix, job, order, keys), scene);
  }
  await map.close();
}
