import { afterEach, describe, expect, test } from 'vitest';
import type { ArenaHandle, ArenaOptions } from '../src/api.ts';
import { Arena } from '../src/arena/arena.ts';
import { SHM_ERROR_CODES } from '../src/ground/codes.ts';
import { ShmError } from '../src/ground/errors.ts';
import { codeOf } from './support.ts';

const MIB = 2 ** 20;
const open: Arena[] = [];

function create(options: ArenaOptions = { bytes: 16 * MIB, participants: 4 }): Arena {
  const arena = Arena.create(options);
  open.push(arena);
  return arena;
}

afterEach(() => {
  for (const arena of open.splice(0)) arena.detach();
});

function used(arena: Arena): number {
  return arena.stats().used;
}

describe('create', () => {
  test('the default is 256 MiB for 64 participants', () => {
    const arena = create({});
    expect(arena.stats().bytes).toBe(256 * MIB);
    expect(arena.memory.buffer.byteLength).toBe(256 * MIB);
    expect(arena).toBeInstanceOf(Arena);
  });

  test.each<[string, unknown]>([
    ['RangeError OUT_OF_RANGE', { bytes: 2 ** 32 + 1 }],
    ['RangeError OUT_OF_RANGE', { bytes: 0 }],
    ['RangeError OUT_OF_RANGE', { bytes: 65536 }],
    ['RangeError OUT_OF_RANGE', { bytes: NaN }],
    ['TypeError INVALID_TYPE', { bytes: '1000000' }],
    ['RangeError OUT_OF_RANGE', { participants: 0 }],
    ['RangeError OUT_OF_RANGE', { participants: 257 }],
    ['RangeError OUT_OF_RANGE', { participants: 1.5 }],
    ['TypeError INVALID_TYPE', { zeroOnFree: 1 }],
    ['TypeError INVALID_TYPE', null],
    ['TypeError INVALID_TYPE', 3],
  ])('%s: %j', (code, options) => {
    expect(codeOf(() => Arena.create(options as ArenaOptions))).toBe(code);
  });

  test('the smallest size that a message names is enough', () => {
    let least = 0;
    try {
      Arena.create({ bytes: 1, participants: 9 });
    } catch (error) {
      least = Number(/at least (\d+)/.exec((error as Error).message)?.[1]);
    }
    const arena = create({ bytes: least, participants: 9 });
    expect(arena.alloc(1)).toBeGreaterThan(0);
  });

  test('there is no `new Arena()`', () => {
    const Class = Arena as unknown as new () => Arena;
    expect(codeOf(() => new Class())).toBe('TypeError INVALID_TYPE');
    expect({} instanceof Arena).toBe(false);
  });
});

describe('alloc and free', () => {
  test('blocks are aligned, do not overlap, and come back', () => {
    const arena = create({ bytes: 64 * MIB });
    const before = used(arena);
    const blocks: [number, number][] = [];
    for (let i = 0; i < 400; i++) {
      const bytes = [1, 16, 100, 1000, 5000, 40_000, 200_000][i % 7]!;
      const align = 2 ** (i % 13);
      const at = arena.alloc(bytes, align);
      expect(at % Math.max(align, 8)).toBe(0);
      blocks.push([at, bytes]);
    }
    blocks.sort(([a], [b]) => a - b);
    for (let i = 1; i < blocks.length; i++) {
      expect(blocks[i]![0]).toBeGreaterThanOrEqual(blocks[i - 1]![0] + blocks[i - 1]![1]);
    }
    for (const [at] of blocks) arena.free(at);
    expect(arena.verify()).toEqual({ ok: true, problems: [], unwalked: [] });
    // Before it says that it is full, it gives back the pages that are empty.
    const all = arena.alloc(64 * MIB - before);
    expect(arena.stats().free).toBe(0);
    arena.free(all);
    expect(used(arena)).toBe(before);
  });

  test('stats say what lives, what is kept empty, and by whom; trim gives that back', () => {
    const arena = create({ bytes: 16 * MIB, participants: 4 });
    const start = arena.stats();
    expect(start.blocks).toEqual({ count: 0, live: 0, held: 0, empty: 0, orphaned: 0 });
    const blocks = Array.from({ length: 1000 }, () => arena.alloc(100));
    const large = arena.alloc(100_000);
    const region = arena.region();
    region.alloc(10);
    const sum = () => {
      const { tables, regions, blocks: all, participants } = arena.stats();
      return tables + regions + all.held + participants.reduce((n, one) => n + one.scratch, 0);
    };
    expect(arena.stats()).toMatchObject({
      regions: start.regions + 65_536,
      blocks: { count: 1001, live: 112_000 + 131_072, empty: 0, orphaned: 0 },
    });
    expect(sum()).toBe(used(arena));
    for (const at of [...blocks, large]) arena.free(at);
    region.close();
    const { blocks: left, participants } = arena.stats();
    const { slot } = arena.participant;
    expect(left).toMatchObject({ count: 0, live: 0, held: left.empty });
    expect(left.empty).toBeGreaterThan(100_000);
    expect(participants[0]).toMatchObject({ slot, held: left.held, empty: left.empty });
    expect(sum()).toBe(used(arena));
    expect(arena.trim()).toBe(left.empty);
    expect(arena.trim()).toBe(0);
    expect(arena.stats()).toEqual(start);
  });

  test('a full arena is an error, or 0, and works on after a free', () => {
    const arena = create({ bytes: 4 * MIB, participants: 2 });
    const blocks: number[] = [];
    for (let at = arena.tryAlloc(5000); at !== 0; at = arena.tryAlloc(5000)) blocks.push(at);
    expect(blocks.length).toBeGreaterThan(500);
    expect(codeOf(() => arena.alloc(5000))).toBe('ShmError ARENA_FULL');
    expect(codeOf(() => arena.alloc(2 ** 32 - 1))).toBe('ShmError ARENA_FULL');
    const freed = blocks.pop()!;
    arena.free(freed);
    expect(arena.alloc(5000)).toBe(freed);
    for (const at of blocks) arena.free(at);
    expect(arena.alloc(2 * MIB)).toBeGreaterThan(0);
  });

  test.each<[string, (arena: Arena) => unknown]>([
    ['RangeError OUT_OF_RANGE', (arena) => arena.alloc(-1)],
    ['RangeError OUT_OF_RANGE', (arena) => arena.alloc(2 ** 32)],
    ['RangeError OUT_OF_RANGE', (arena) => arena.alloc(1.5)],
    ['TypeError INVALID_TYPE', (arena) => arena.alloc('1' as never)],
    ['RangeError OUT_OF_RANGE', (arena) => arena.alloc(8, 3)],
    ['RangeError OUT_OF_RANGE', (arena) => arena.alloc(8, 0)],
    ['RangeError OUT_OF_RANGE', (arena) => arena.alloc(8, 131_072)],
    ['TypeError INVALID_TYPE', (arena) => arena.alloc(8, null as never)],
    ['RangeError OUT_OF_RANGE', (arena) => arena.free(0)],
    ['RangeError OUT_OF_RANGE', (arena) => arena.free(64)],
    ['RangeError OUT_OF_RANGE', (arena) => arena.free(arena.alloc(64) + 16)],
    ['RangeError OUT_OF_RANGE', (arena) => arena.free(arena.alloc(64) + 2 ** 32)],
    ['TypeError INVALID_TYPE', (arena) => arena.free(undefined as never)],
  ])('%s %#', (code, call) => {
    const arena = create();
    expect(codeOf(() => call(arena))).toBe(code);
    expect(arena.verify().ok).toBe(true);
  });

  test('a block that is freed twice is found', () => {
    const arena = create();
    for (const bytes of [64, 100_000]) {
      const at = arena.alloc(bytes);
      arena.free(at);
      expect(codeOf(() => arena.free(at))).toBe('RangeError OUT_OF_RANGE');
    }
  });

  test('zeroOnFree leaves nothing behind', () => {
    const arena = create({ bytes: 4 * MIB, zeroOnFree: true });
    for (const bytes of [100, 100_000]) {
      const at = arena.alloc(bytes);
      const block = new Uint8Array(arena.memory.buffer, at, bytes);
      block.fill(7);
      arena.free(at);
      expect(block.every((byte) => byte === 0)).toBe(true);
    }
  });

  test('offsets beyond 2 GiB and at the top of 4 GiB are unsigned', () => {
    const arena = create({ bytes: 2 ** 32, participants: 2 });
    const low = arena.alloc(2 ** 31);
    const high: number[] = [];
    for (let at = arena.tryAlloc(2 ** 28); at !== 0; at = arena.tryAlloc(2 ** 28)) high.push(at);
    const small: number[] = [];
    for (let at = arena.tryAlloc(MIB); at !== 0; at = arena.tryAlloc(MIB)) small.push(at);
    const top = Math.max(...small, ...high);
    expect(top).toBeGreaterThan(2 ** 32 - 2 ** 28 - 1);
    new Uint8Array(arena.memory.buffer)[top + MIB - 1] = 9;
    expect(arena.verify().ok).toBe(true);
    for (const at of [low, ...high, ...small]) arena.free(at);
    expect(arena.alloc(3 * 2 ** 30)).toBeGreaterThan(0);
  });
});

describe('slots', () => {
  test('attaching again in one thread is the same slot, until the last detach', () => {
    const arena = create();
    const again = Arena.attach(arena.handle);
    const clone = Arena.attach(structuredClone(arena.handle));
    expect(again.participant).toEqual(arena.participant);
    expect(clone.participant).toEqual(arena.participant);
    expect(arena.stats().participants).toHaveLength(1);
    again.detach();
    again.detach();
    expect(clone.alloc(10)).toBeGreaterThan(0);
    arena.detach();
    expect(clone.stats().participants).toHaveLength(1);
    const { handle } = clone;
    clone.detach();
    const later = Arena.attach(handle);
    expect(later.participant.generation).not.toBe(arena.participant.generation);
    later.detach();
  });

  test('every method of a detached arena says CLOSED', async () => {
    const arena = create();
    const region = arena.region();
    arena.detach();
    arena.detach();
    arena[Symbol.dispose]();
    const calls: (() => unknown)[] = [
      () => arena.alloc(1),
      () => arena.tryAlloc(1),
      () => arena.free(16),
      () => arena.region(),
      () => arena.structures(),
      () => arena.watch({} as never),
      () => arena.bury({ slot: 0, generation: 0 }),
      () => arena.recover(),
      () => arena.stats(),
      () => arena.trim(),
      () => arena.verify(),
      () => arena.save(),
      () => region.alloc(1),
    ];
    for (const call of calls) expect(codeOf(call)).toBe('ShmError CLOSED');
    await expect(arena.probe()).rejects.toMatchObject({ code: 'CLOSED' });
  });

  test('pages of a thread that left are used by the next', () => {
    const arena = create({ bytes: 4 * MIB, participants: 2 });
    const { handle } = arena;
    const kept = arena.alloc(48);
    new Uint8Array(arena.memory.buffer, kept, 48).fill(5);
    arena.detach();
    const next = Arena.attach(handle);
    expect(new Uint8Array(next.memory.buffer, kept, 48)[47]).toBe(5);
    const before = used(next);
    const other = next.alloc(48);
    expect(used(next)).toBe(before); // Adopted, not a page of its own.
    next.free(kept);
    next.free(other);
    expect(next.verify().ok).toBe(true);
    next.detach();
  });

  test('a buried thread is expelled, and may attach again', () => {
    const arena = create();
    const { slot, generation } = arena.participant;
    const self = () => arena.bury({ slot, generation });
    expect(codeOf(self)).toBe('RangeError OUT_OF_RANGE');
    expect(codeOf(() => arena.bury(null as never))).toBe('TypeError INVALID_TYPE');
    expect(codeOf(() => arena.bury({ slot: 99, generation }))).toBe('RangeError OUT_OF_RANGE');
    arena.bury({ slot, generation: generation + 7 }); // Somebody long gone: harmless.
    arena.bury({ slot: 3, generation: 0 });
    expect(arena.alloc(1)).toBeGreaterThan(0);
  });
});

describe('errors', () => {
  test('the list of codes is closed and has no double', () => {
    expect(new Set(SHM_ERROR_CODES).size).toBe(SHM_ERROR_CODES.length);
  });

  test('an error of another copy of the package is an instance all the same', () => {
    const foreign = Object.assign(new Error('x'), { name: 'ShmError', code: 'CLOSED' });
    expect(foreign instanceof ShmError).toBe(true);
    expect(new Error('x') instanceof ShmError).toBe(false);
    expect(new ShmError('CLOSED', 'x')).toMatchObject({ name: 'ShmError', code: 'CLOSED' });
  });
});

test('handles are plain', () => {
  const { handle } = create();
  expect(Object.getPrototypeOf(handle)).toBe(Object.prototype);
  expect(Object.keys(handle).sort()).toEqual(['memory', 'type']);
  const copy: ArenaHandle = structuredClone(handle);
  expect(copy.type).toBe('@x/shm-arena');
});
