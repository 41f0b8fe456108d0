// Counts atomic steps by the gate of the gated build: what the fast paths cost is a promise too.
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { compile } from '../../../tools/kernel.mjs';
import type { ArenaKernel } from '../src/ground/kernel.ts';

const LOAD = 0;
const PAUSE = 7;

const packageDir = resolve(import.meta.dirname, '..');
const module = new WebAssembly.Module(await compile(packageDir, { gated: true, optimize: false }));

/** A gated kernel in a small arena, and what its gate has counted. */
function counted(pages = 40) {
  const memory = new WebAssembly.Memory({
    initial: Math.ceil(pages / 64),
    maximum: 65536,
    shared: true,
  });
  const count = { loads: 0, writes: 0 };
  const env = {
    memory,
    gate(op: number) {
      if ((op & 15) === LOAD) count.loads++;
      else if ((op & 15) !== PAUSE) count.writes++;
    },
    plain() {},
    fail: () => 0,
    mark() {},
    fault(code: number) {
      throw new Error(`assertion ${code}`);
    },
  };
  const k = new WebAssembly.Instance(module, { env }).exports as unknown as ArenaKernel;
  expect(k.create(pages, 2, 0, 1, 2, 3, 4, 5, 6, 7, 8)).toBe(0);
  expect(k.attach(1)).toBe(0);
  /** Atomic writes and loads of `body`. */
  const cost = (body: () => void): { loads: number; writes: number } => {
    const before = { ...count };
    body();
    return { loads: count.loads - before.loads, writes: count.writes - before.writes };
  };
  return { k, cost };
}

it('a small block costs two atomic writes, one to allocate it and one to free it', () => {
  const { k, cost } = counted();
  for (const bytes of [16, 64, 100]) {
    k.free(k.alloc(bytes, 0)); // Its span is there from now on, and its owner knows of the room.
    k.alloc(bytes, 0);
    let at = 0;
    expect(cost(() => (at = k.alloc(bytes, 0)))).toEqual({ loads: 1, writes: 1 });
    expect(cost(() => k.free(at))).toEqual({ loads: 1, writes: 1 }); // ROOM.
    at = k.alloc(bytes, 0);
    k.free(k.alloc(200, 0));
    // Not where the last one was freed: its page, its slice, its span, ROOM.
    expect(cost(() => k.free(at))).toEqual({ loads: 4, writes: 1 });
  }
});

it('the first block that is freed in a full word tells its owner, once', () => {
  const { k, cost } = counted();
  const two = [k.alloc(512, 0), k.alloc(512, 0)]; // A page has two of them, so its word is full.
  expect(cost(() => k.free(two[0]!))).toEqual({ loads: 2, writes: 2 });
  two[0] = k.alloc(512, 0);
  expect(cost(() => k.free(two[0]!))).toEqual({ loads: 1, writes: 1 });
  expect(cost(() => k.free(two[1]!))).toEqual({ loads: 1, writes: 1 });
});

it('what was refused is refused at once in an arena of any size, until something is free', () => {
  const costs = [40, 160].map((pages) => {
    const { k, cost } = counted(pages);
    const runs: number[] = [];
    for (let at = k.alloc(1024, 0); at !== 0; at = k.alloc(1024, 0)) runs.push(at);
    const blocks: number[] = [];
    for (let at = k.alloc(64, 0); at !== 0; at = k.alloc(64, 0)) blocks.push(at);
    const refused = [16, 64, 512, 1024, 1500, 4096].map((bytes) => {
      k.alloc(bytes, 0);
      return cost(() => expect(k.alloc(bytes, 0)).toBe(0)).loads;
    });
    expect(k.free(runs.pop()!)).toBe(0);
    expect(k.alloc(1024, 0)).not.toBe(0);
    return [...refused, cost(() => k.trim()).loads];
  });
  expect(costs[1]).toEqual(costs[0]);
  expect(Math.max(...costs[0]!)).toBeLessThan(24);
});

it('a region comes and goes at the cost of its own chunks, whatever the size of the arena', () => {
  const costs = [40, 160].map((pages) => {
    const { k, cost } = counted(pages);
    return cost(() => {
      const region = k.regionOpen(0);
      for (let n = 0; n < 5; n++) k.regionAlloc(region, 700, 0);
      expect(k.regionPages(region)).toBe(5);
      k.regionClose(region, k.regionGeneration(region));
    }).loads;
  });
  expect(costs[1]).toBe(costs[0]);
});

it('a pin costs one or two stores, its end one', () => {
  const { k, cost } = counted();
  expect(cost(() => k.pin())).toEqual({ loads: 2, writes: 2 });
  expect(cost(() => k.protect())).toEqual({ loads: 2, writes: 0 });
  expect(cost(() => k.unpin())).toEqual({ loads: 0, writes: 1 });
  expect(cost(() => k.pin())).toEqual({ loads: 2, writes: 1 }); // The same era again.
});

it('an allocation in a region costs no atomic write while its chunk lasts', () => {
  const { k, cost } = counted();
  const region = k.regionOpen(0);
  k.regionAlloc(region, 700, 0);
  expect(cost(() => k.regionAlloc(region, 40, 8)).writes).toBe(0);
});

it('leases: how many there are costs a take nothing, a drop and a sweep a search', () => {
  /** With n leases in the ledger, of different eras; of these some were dropped. */
  const costsOf = (n: number) => {
    const { k, cost } = counted(512);
    for (let word = 0; word < 3; word++) k.leaseTake();
    const take = () => {
      const lease = k.leaseTake();
      expect(k.leaseHold(lease)).toBe(1);
      return lease;
    };
    const leases = Array.from({ length: n }, take);
    for (let at = 1; at < n; at += 2) k.leaseDrop(leases[at]!);
    // No lease meets what is born and retired from now on.
    const region = k.regionOpen(0);
    const life = k.regionGeneration(region);
    const sweep = cost(() => k.regionClose(region, life)).loads;
    let lease = 0;
    let dropped = 0;
    let taken = 0;
    for (let round = 0; round < n; round++) {
      taken += cost(() => (lease = k.leaseTake())).writes;
      expect(k.leaseHold(lease)).toBe(1);
      dropped += cost(() => k.leaseDrop(lease)).loads;
    }
    return { taken: taken / n, dropped: dropped / n, sweep };
  };
  const few = costsOf(16);
  const many = costsOf(256);
  // Renewing is a part of it: twice as many places as leases.
  expect(many.taken).toBeLessThanOrEqual(few.taken * 1.5);
  // Four more turns of a search, in each of which it loads an era.
  expect(many.dropped).toBeLessThanOrEqual(few.dropped + 6);
  expect(many.sweep).toBeLessThanOrEqual(few.sweep + 8);
});

it('grants: how many there are costs one more nothing', () => {
  const { k, cost } = counted();
  k.grantDrop(k.grantTake(0, 0), 0);
  const first = cost(() => k.grantTake(0, 0));
  k.grantTake(0, 0);
  k.grantTake(0, 0); // In a page.
  const third = cost(() => k.grantTake(0, 0));
  expect(third.loads).toBeLessThanOrEqual(first.loads + 8);
  expect(third.writes).toBeLessThanOrEqual(first.writes + 1);
});
