import type { Bench } from './types.ts';

/** Reports p50, p99 and p99.9 of what was taken, times `factor`, under names that end so. */
export function countPercentiles(
  bench: Bench,
  took: Float64Array,
  factor: number,
  name = (share: 'p50' | 'p99' | 'p999'): string => share,
): void {
  took.sort();
  const share = (part: number): number => factor * took[Math.floor((took.length - 1) * part)]!;
  bench.count(name('p50'), share(0.5));
  bench.count(name('p99'), share(0.99));
  bench.count(name('p999'), share(0.999));
}
