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
function counted() {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
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
  expect(k.create(40, 2, 0, 1, 2, 3, 4, 5, 6, 7, 8)).toBe(0);
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
  for (const bytes of [16, 64, 100, 512]) {
    k.alloc(bytes, 0); // The page of the class is there from now on.
    let at = 0;
    expect(cost(() => (at = k.alloc(bytes, 0)))).toEqual({ loads: 1, writes: 1 });
    expect(cost(() => k.free(at))).toEqual({ loads: 1, writes: 1 });
  }
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
