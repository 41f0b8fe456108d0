import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { Checkpoint } from '../src/api.ts';
import { Arena } from '../src/arena/arena.ts';
import { codeOf, holds } from './support.ts';

const PAGE = 65536;
const arena = Arena.create({ bytes: 2 ** 25, participants: 2 });
afterAll(() => arena.detach());

describe('a region', () => {
  test('hands out aligned, disjoint memory and gives all of it back at once', () => {
    const before = arena.stats().used;
    const region = arena.region();
    let end = 0;
    const taken: [number, number][] = [];
    for (let i = 0; i < 500; i++) {
      const align = 2 ** (i % 12);
      const bytes = (i * 131) % 3000;
      const at = region.alloc(bytes, align);
      expect(at % align).toBe(0);
      taken.push([at, bytes]);
      end += bytes;
    }
    taken.sort(([a], [b]) => a - b);
    for (let i = 1; i < taken.length; i++) {
      expect(taken[i]![0]).toBeGreaterThanOrEqual(taken[i - 1]![0] + taken[i - 1]![1]);
    }
    expect(region.allocated).toBe(end);
    expect(region.budget.limit).toBe(Infinity);
    expect(region.budget.used).toBeGreaterThan(end);
    expect(arena.verify().ok).toBe(true);
    region.close();
    region.close();
    expect(arena.stats().used).toBe(before);
    expect(codeOf(() => region.alloc(1))).toBe('ShmError CLOSED');
    expect(region.budget.used).toBe(0);
  });

  test('keeps to its budget', () => {
    const region = arena.region({ budget: 3 * PAGE });
    let count = 0;
    while (region.tryAlloc(1000) !== 0) count++;
    expect(count).toBeGreaterThan(100);
    expect(region.budget).toEqual({ used: 3 * PAGE, limit: 3 * PAGE });
    expect(codeOf(() => region.alloc(1000))).toBe('ShmError LIMIT_REACHED');
    region.reset();
    expect(region.allocated).toBe(0);
    expect(region.alloc(1000)).toBeGreaterThan(0);
    region.close();
    expect(codeOf(() => arena.region({ budget: 0 }))).toBe('RangeError OUT_OF_RANGE');
  });

  test('takes large blocks and says when there is no room', () => {
    const region = arena.region();
    expect(region.alloc(2 ** 22)).toBeGreaterThan(0);
    expect(region.tryAlloc(2 ** 26)).toBe(0);
    expect(codeOf(() => region.alloc(2 ** 26))).toBe('ShmError ARENA_FULL');
    expect(codeOf(() => region.alloc(1, 3))).toBe('RangeError OUT_OF_RANGE');
    expect(codeOf(() => region.alloc(-1))).toBe('RangeError OUT_OF_RANGE');
    region.close();
    expect(arena.verify().ok).toBe(true);
  });

  test('goes to the last byte of 4 GiB and back', () => {
    const large = Arena.create({ bytes: 2 ** 32, participants: 1 });
    for (let bytes = 2 ** 31; bytes >= PAGE; bytes /= 2) {
      while (large.stats().free > bytes && large.tryAlloc(bytes) !== 0);
    }
    const region = large.region();
    expect(large.stats().free).toBe(0);
    const start = region.checkpoint();
    const first = region.alloc(2 ** 15);
    expect(region.alloc(2 ** 32 - first - 2 ** 15)).toBe(first + 2 ** 15);
    const end = region.checkpoint();
    expect(region.tryAlloc(1, 1)).toBe(0);
    region.rewind(end);
    expect(region.allocated).toBe(2 ** 32 - first);
    region.rewind(start);
    expect(region.alloc(2 ** 15)).toBe(first);
    region.reset();
    expect(region.allocated).toBe(0);
    region.close();
    large.detach();
  });

  test('takes back what this thread does not need before it says that there is no room', () => {
    const small = Arena.create({ bytes: 2 ** 22, participants: 1 });
    const blocks: number[] = [];
    for (let at = small.tryAlloc(2 ** 14); at !== 0; at = small.tryAlloc(2 ** 14)) blocks.push(at);
    expect(codeOf(() => small.region())).toBe('ShmError ARENA_FULL');
    for (const at of blocks) small.free(at);
    const region = small.region();
    expect(region.tryAlloc(2 ** 21)).not.toBe(0);
    small.detach();
  });

  test('save points nest, keep, and close in any order', () => {
    const region = arena.region();
    const outer = region.savepoint();
    region.alloc(100);
    const inner = region.savepoint();
    region.alloc(200);
    inner.close();
    expect(region.allocated).toBe(100);
    const kept = region.savepoint();
    region.alloc(300);
    kept.keep();
    kept.close();
    expect(region.allocated).toBe(400);
    const late = region.savepoint();
    region.alloc(500);
    outer.close();
    expect(region.allocated).toBe(0);
    late.close(); // Its position is gone: nothing to do.
    late[Symbol.dispose]();
    expect(region.allocated).toBe(0);
    region.close();
  });

  test('checkpoints: what is valid follows from what was rewound', () => {
    const other = arena.region();
    const foreign = other.checkpoint();
    holds(
      fc.property(fc.array(fc.nat({ max: 30 }), { maxLength: 40 }), (steps) => {
        const region = arena.region();
        // The model: the positions that are still valid, in the order they were taken.
        let valid: { point: Checkpoint; allocated: number }[] = [];
        const gone: Checkpoint[] = [];
        let allocated = 0;
        for (const step of steps) {
          if (step < 12) {
            const bytes = 1 + step * 4000;
            region.alloc(bytes);
            allocated += bytes;
          } else if (step < 22 || valid.length === 0) {
            const point = region.checkpoint();
            expect(point.allocated).toBe(allocated);
            valid.push({ point, allocated });
          } else {
            const index = step % valid.length;
            region.rewind(valid[index]!.point);
            allocated = valid[index]!.allocated;
            gone.push(...valid.slice(index + 1).map(({ point }) => point));
            valid = valid.slice(0, index + 1);
          }
          expect(region.allocated).toBe(allocated);
        }
        for (const point of [...gone, foreign]) {
          expect(codeOf(() => region.rewind(point))).toBe('RangeError OUT_OF_RANGE');
        }
        expect(codeOf(() => region.rewind({} as never))).toBe('TypeError INVALID_TYPE');
        region.close();
      }),
    );
    other.close();
    expect(arena.verify().ok).toBe(true);
  });

  test('is closed by detach, and its memory is free', () => {
    const first = Arena.create({ bytes: 2 ** 22, participants: 2 });
    const { handle } = first;
    first.region().alloc(2 ** 20);
    first.detach();
    const second = Arena.attach(handle);
    expect(second.region().alloc(2 ** 21)).toBeGreaterThan(0);
    expect(second.verify().ok).toBe(true);
    second.detach();
  });

  test('there are as many as the table holds', () => {
    const small = Arena.create({ bytes: 2 ** 28, participants: 1 });
    const regions = [];
    let code = 'nothing';
    while (code === 'nothing') code = codeOf(() => regions.push(small.region()));
    expect(code).toBe('ShmError LIMIT_REACHED');
    expect(regions.length).toBeGreaterThanOrEqual(1000);
    small.detach();
  });
});
