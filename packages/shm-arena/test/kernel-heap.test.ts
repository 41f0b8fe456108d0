import { describe, expect, it } from 'vitest';
import { Status } from '../src/ground/kernel.ts';
import { PAGE, problems, SLICE, seeded, stats, world } from './kernel-world.ts';

const SIZES = [1, 16, 17, 32, 33, 48, 64, 65, 80, 96, 112, 128, 129, 160, 500, 1000, 5000, 32768];

describe('blocks', () => {
  it('agree with a model over random allocations and frees by three threads', () => {
    seeded((random) => {
      const w = world(256);
      const threads = [w.attach(), w.attach(), w.attach()].map(({ k }) => k);
      const start = stats(w, threads[0]!);
      const live = new Map<number, number>();
      const owner = new Map<number, number>(); // 16-byte unit to block
      for (let step = 0; step < 60_000; step++) {
        const k = threads[Math.floor(random() * 3)]!;
        const grow = random() < (step < 40_000 ? 0.52 : 0.3);
        if (grow) {
          const large = random() < 0.01;
          const bytes = Math.floor(random() ** 3 * (large ? 300_000 : 4000));
          const align = random() < 0.2 ? 1 << Math.floor(random() * 17) : 0;
          const at = k.alloc(bytes, align) >>> 0;
          if (at === 0) {
            expect(k.status()).toBe(Status.FULL);
            continue;
          }
          const size = k.sizeOf(at) >>> 0;
          expect(size).toBeGreaterThanOrEqual(Math.max(bytes, 1));
          expect(at % Math.max(align, 16)).toBe(0);
          for (let unit = at; unit < at + size; unit += 16) {
            if (owner.has(unit)) expect.fail(`${at} overlaps ${owner.get(unit)}`);
            owner.set(unit, at);
          }
          live.set(at, size);
        } else if (live.size > 0) {
          const at = [...live.keys()][Math.floor(random() * Math.min(live.size, 50))]!;
          expect(k.free(at)).toBe(Status.OK);
          for (let unit = at; unit < at + live.get(at)!; unit += 16) owner.delete(unit);
          live.delete(at);
        }
      }
      expect(stats(w, threads[0]!).blocks).toBe(live.size);
      expect(problems(w, threads[0]!)).toEqual([]);
      for (const at of live.keys()) expect(threads[0]!.free(at)).toBe(Status.OK);
      for (const k of threads) k.trim();
      expect(stats(w, threads[0]!)).toEqual(start);
    });
  });

  it('are refused in the span of the last free as anywhere, and when it is another’s', () => {
    const w = world(64);
    const [{ k }, { k: other }] = [w.attach(), w.attach()];
    const all = Array.from({ length: 51 }, () => k.alloc(80, 0) >>> 0);
    const [first, second] = all as [number, number];
    expect(all.at(-1)).toBe(first + 50 * 80);
    expect(k.free(first)).toBe(Status.OK);
    expect(k.free(first)).toBe(Status.DOUBLE_FREE);
    expect(k.free(second + 16)).toBe(Status.BAD);
    expect(k.free(first + 51 * 80)).toBe(Status.BAD);
    for (const at of all.slice(1)) expect(k.free(at)).toBe(Status.OK);
    expect(k.free(second)).toBe(Status.DOUBLE_FREE);
    expect(k.trim()).toBe(1);
    expect(k.free(second)).toBe(Status.DOUBLE_FREE);
    const next = Array.from({ length: 3 }, () => other.alloc(96, 0) >>> 0);
    expect(next[0]).toBe(first);
    expect(k.free(second)).toBe(Status.BAD);
    expect(k.free(next[1]!)).toBe(Status.OK);
    expect(other.free(next[1]!)).toBe(Status.DOUBLE_FREE);
    expect(problems(w, k)).toEqual([]);
  });

  it('are found by their starts alone, in every class', () => {
    const w = world(64);
    const { k } = w.attach();
    for (let bytes = 16; bytes <= PAGE / 2; bytes = Math.ceil((bytes * 1.1) / 16) * 16) {
      const at = k.alloc(bytes, 0) >>> 0;
      const size = k.sizeOf(at);
      const span = size > SLICE ? PAGE : size > SLICE / 16 ? 4 * SLICE : SLICE;
      expect((at % Math.min(span, PAGE)) % SLICE).toBe(0);
      const all = [at];
      while (all.length < Math.floor(span / size)) all.push(k.alloc(bytes, 0) >>> 0);
      expect(all).toEqual(all.map((_, n) => at + n * size));
      expect(stats(w, k)).toMatchObject({ small: span / SLICE, blocks: all.length });
      for (let x = 0; x < span; x += bytes < 200 ? 1 : 13) {
        if (x % size === 0) continue;
        if (k.free(at + x) !== Status.BAD) expect.fail(`freed ${x} in a span of ${size}`);
      }
      for (const block of all) expect(k.free(block)).toBe(Status.OK);
      expect(stats(w, k)).toMatchObject({ empty: span / SLICE, blocks: 0 });
      expect(k.trim()).toBe(span / SLICE);
    }
    expect(stats(w, k)).toMatchObject({ blocks: 0, small: 0, empty: 0 });
  });

  it('waste at most a quarter, or a third over a page; from half a page on they are one', () => {
    const w = world(640);
    const { k } = w.attach();
    for (const bytes of [...SIZES, PAGE / 2 + 1, 40_000, PAGE, PAGE + 1, 100_000, 2 * PAGE + 1]) {
      const before = stats(w, k);
      const blocks = Array.from({ length: 64 }, () => k.alloc(bytes, 0) >>> 0);
      const run = bytes > PAGE ? (bytes * 4) / 3 : PAGE;
      const most = bytes > PAGE / 2 ? run : Math.max(bytes * 1.25, bytes + 15);
      for (const at of blocks) expect(k.sizeOf(at)).toBeLessThanOrEqual(most);
      const taken = (before.free - stats(w, k).free) * SLICE;
      expect(taken).toBeLessThanOrEqual(64 * most + PAGE);
      for (const at of blocks) expect(k.free(at)).toBe(Status.OK);
      k.trim();
      expect(stats(w, k)).toEqual(before);
    }
  });

  it('alone in their span keep no more than it from others', () => {
    const w = world(64);
    const { k } = w.attach();
    const fill = (bytes: number): number[] => {
      const all: number[] = [];
      for (let at = k.alloc(bytes, 0); at !== 0; at = k.alloc(bytes, 0)) all.push(at >>> 0);
      return all;
    };
    const { free } = stats(w, k);
    const all = fill(64);
    const kept = all.filter((_, n) => n % 512 === 0);
    for (const [n, at] of all.entries()) if (n % 512 !== 0) expect(k.free(at)).toBe(Status.OK);
    k.trim();
    expect(stats(w, k).free).toBeGreaterThanOrEqual(free * 0.75);
    for (const bytes of [256, 1000, 4096]) {
      const others = fill(bytes);
      expect(others.length * bytes).toBeGreaterThan(free * SLICE * 0.7);
      for (const at of others) expect(k.free(at)).toBe(Status.OK);
    }
    for (const at of kept) expect(k.free(at)).toBe(Status.OK);
    k.trim();
    expect(stats(w, k).free).toBe(free);
    expect(problems(w, k)).toEqual([]);
  });

  it('that lie across the border of pages are one block', () => {
    const w = world(64);
    const { k } = w.attach();
    const { free } = stats(w, k);
    const blocks: number[] = [];
    for (let at = k.alloc(PAGE + 1, 0); at !== 0; at = k.alloc(PAGE + 1, 0)) blocks.push(at >>> 0);
    expect(blocks.length).toBe(Math.floor(free / 17));
    const [first, second] = blocks as [number, number];
    expect([second - first, k.sizeOf(second)]).toEqual([17 * SLICE, 17 * SLICE]);
    expect([k.free(second + SLICE), k.free(second + PAGE)]).toEqual([Status.BAD, Status.BAD]);
    expect(k.alloc(PAGE, 0)).toBe(0);
    expect(k.free(second)).toBe(Status.OK);
    expect(k.free(second)).toBe(Status.DOUBLE_FREE);
    expect(k.alloc(PAGE + 1, PAGE)).toBe(0); // Its alignment needs pages.
    expect(k.alloc(PAGE + 1, SLICE) >>> 0).toBe(second);
    for (const at of blocks) expect(k.free(at)).toBe(Status.OK);
    expect(stats(w, k).free).toBe(free);
    expect(problems(w, k)).toEqual([]);
  });

  it('know a block that is free already, and an offset that is none', () => {
    const w = world(64);
    const { k } = w.attach();
    const other = w.attach().k;
    const small = k.alloc(100, 0) >>> 0;
    const keep = k.alloc(100, 0) >>> 0;
    const large = k.alloc(200_000, 0) >>> 0;
    expect(other.free(small)).toBe(Status.OK);
    expect(k.free(small)).toBe(Status.DOUBLE_FREE);
    expect(other.free(large)).toBe(Status.OK);
    expect(k.free(large)).toBe(Status.DOUBLE_FREE);
    for (const at of [0, 8, 1024, keep + 1, keep + 16, 64 * PAGE, 0xffff_fff0, k.scratch()]) {
      expect(k.free(at)).toBe(Status.BAD);
      expect(k.sizeOf(at)).toBe(0);
    }
    const run = k.alloc(200_000, 0) >>> 0;
    expect(k.free(run + PAGE)).toBe(Status.BAD);
    expect(k.free(run + 16)).toBe(Status.BAD);
    expect(k.alloc(10, 3)).toBe(0);
    expect(k.status()).toBe(Status.BAD);
    expect(k.alloc(10, 2 * PAGE)).toBe(0);
    expect(k.status()).toBe(Status.BAD);
  });

  it('come back from remote frees before the arena says it is full', () => {
    const w = world(40);
    const a = w.attach().k;
    const b = w.attach().k;
    const fill = (): number[] => {
      const all: number[] = [];
      for (;;) {
        const at = a.alloc(1000, 0) >>> 0;
        if (at === 0) break;
        all.push(at);
      }
      expect(a.status()).toBe(Status.FULL);
      return all;
    };
    const first = fill();
    for (const at of first) expect(b.free(at)).toBe(Status.OK);
    const second = fill();
    expect(second.length).toBe(first.length);
    for (const at of second) b.free(at);
    // Another class needs the pages that this class left empty.
    expect(a.alloc(20_000, 0)).not.toBe(0);
    expect(a.alloc(3 * PAGE, 0)).not.toBe(0);
  });

  it('of a thread that has left are adopted', () => {
    const w = world(40);
    const { k } = w.attach();
    const leaver = w.attach().k;
    const blocks: number[] = [];
    for (let n = 0; n < 320; n++) blocks.push(leaver.alloc(1000, 0) >>> 0);
    expect(leaver.detach()).toBe(Status.OK);
    expect(stats(w, k)).toMatchObject({ orphan: 80, small: 0, blocks: 320 });
    for (const at of blocks.slice(0, 3)) expect(k.free(at)).toBe(Status.OK);
    const again = [k.alloc(1000, 0), k.alloc(1000, 0), k.alloc(1000, 0)].map((at) => at >>> 0);
    expect(again).toEqual(blocks.slice(0, 3));
    expect(stats(w, k)).toMatchObject({ orphan: 76, small: 4 });
    for (const at of [...blocks.slice(3), ...again]) expect(k.free(at)).toBe(Status.OK);
    k.trim();
    expect(stats(w, k)).toMatchObject({ orphan: 0, small: 0, blocks: 0 });
    expect(problems(w, k)).toEqual([]);
  });

  it('can be filled with zeros when they are freed', () => {
    const w = world(64, 4, 1);
    const { k } = w.attach();
    const u8 = new Uint8Array(w.memory.buffer);
    for (const bytes of [16, 100, 5000, 200_000]) {
      const at = k.alloc(bytes, 0) >>> 0;
      u8.fill(255, at, at + bytes);
      expect(k.free(at)).toBe(Status.OK);
      expect(u8.subarray(at, at + bytes).every((byte) => byte === 0)).toBe(true);
      expect(k.free(at)).toBe(Status.DOUBLE_FREE);
    }
  });

  it('do not scatter: 20 arenas of any sizes, half of it alive, use 1.85 times what lives', () => {
    seeded((random) => {
      const w = world(256);
      const { k } = w.attach();
      const { free } = stats(w, k);
      const live: { at: number; bytes: number }[] = [];
      let bytes = 0;
      let most = 0;
      for (let turned = 0, n = 0; turned < 20 * free * SLICE; n++) {
        const size = Math.floor(2 ** (3 + 13 * random()));
        while (bytes + size > (free * SLICE) / 2) {
          const [old] = live.splice(Math.floor(random() * live.length), 1, live.at(-1)!);
          live.pop();
          expect(k.free(old!.at)).toBe(Status.OK);
          bytes -= old!.bytes;
        }
        const at = k.alloc(size, 0) >>> 0;
        expect(at).not.toBe(0);
        live.push({ at, bytes: size });
        bytes += size;
        turned += size;
        if (n % 1000 === 999) most = Math.max(most, (free - stats(w, k).free) / (bytes / SLICE));
      }
      expect(most).toBeLessThan(1.85);
      expect(problems(w, k)).toEqual([]);
    });
  });
});

describe('pages', () => {
  it('coalesce: whatever order runs are freed in, one run of all of them fits again', () => {
    seeded((random) => {
      const w = world(128);
      const { k } = w.attach();
      const { free } = stats(w, k);
      for (let round = 0; round < 30; round++) {
        const runs: number[] = [];
        for (;;) {
          const at = k.alloc(PAGE * (1 + Math.floor(random() * 7)), 0) >>> 0;
          if (at === 0) break;
          runs.push(at);
        }
        while (runs.length > 0) {
          const [at] = runs.splice(Math.floor(random() * runs.length), 1);
          expect(k.free(at!)).toBe(Status.OK);
        }
        const all = k.alloc(free * SLICE, 0) >>> 0;
        expect(all).not.toBe(0);
        expect(k.alloc(PAGE, 0)).toBe(0);
        expect(k.status()).toBe(Status.FULL);
        expect(k.free(all)).toBe(Status.OK);
      }
      expect(problems(w, k)).toEqual([]);
    });
  });

  it('reach past 2 GiB and to the top of 4 GiB', () => {
    const w = world(65_536);
    const { k } = w.attach();
    const u8 = new Uint8Array(w.memory.buffer);
    const { free } = stats(w, k);
    const half = k.alloc(0x8000_0000, 0) >>> 0;
    const rest = k.alloc(free * SLICE - (32_768 + 4) * PAGE, 0) >>> 0;
    expect(half).not.toBe(0);
    expect(rest).toBeGreaterThan(0x8000_0000);
    // Four pages are left, the last of the memory.
    const region = k.regionOpen(0);
    expect(region).toBeGreaterThanOrEqual(0);
    const top: number[] = [];
    for (;;) {
      const at = k.regionAlloc(region, 1000, 0) >>> 0;
      if (at === 0) break;
      top.push(at);
      u8[at] = 1;
      u8[at + 999] = 1;
    }
    expect(k.status()).toBe(Status.FULL);
    expect(Math.max(...top) + 1000).toBeGreaterThan(2 ** 32 - 2000);
    const mark = k.regionMark(region);
    expect(k.regionRewind(region, mark)).toBe(Status.OK);
    expect(k.regionRewind(region, top[10]!)).toBe(Status.OK);
    expect(k.regionAlloc(region, 1000, 0) >>> 0).toBe(top[10]);
    expect(k.regionClose(region, k.regionGeneration(region))).toBe(Status.OK);
    const blocks: number[] = [];
    for (;;) {
      const at = k.alloc(32_768, 0) >>> 0;
      if (at === 0) break;
      blocks.push(at);
    }
    expect(blocks.length).toBe(8);
    expect(Math.max(...blocks) + 32_768).toBe(2 ** 32);
    expect(k.sizeOf(rest) >>> 0).toBe(free * SLICE - (32_768 + 4) * PAGE);
    for (const at of [...blocks, half, rest]) expect(k.free(at)).toBe(Status.OK);
    k.trim();
    expect(stats(w, k).free).toBe(free);
    expect(problems(w, k)).toEqual([]);
    expect(k.alloc(free * SLICE, 0)).not.toBe(0);
  });
});
