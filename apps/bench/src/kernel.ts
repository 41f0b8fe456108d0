// The benchmarks' own kernel (assembly/index.ts), in the release and in the gated build.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Arena } from '@x/shm-arena';
import { type AnyKernel, type Seat, seatOf } from '@x/shm-arena/structure';
import { compile } from '../../../tools/kernel.mjs';

export interface BenchKernel extends AnyKernel {
  pairs(n: number, bytes: number): number;
  ring(n: number, bytes: number, held: number): number;
  empty(): number;
  appends(entry: number, generation: number, n: number, first: number): number;
  sortedGet(
    at: number,
    n: number,
    length: number,
    k0: number,
    k1: number,
    k2: number,
    k3: number,
  ): number;
  touch(): number;
  idle(): number;
  stackPairs(n: number, root: number, home: number, cell: number, scheme: number): number;
  retirePairs(n: number, root: number, home: number): number;
  node(root: number, home: number, order: number, i: number): number;
  link(order: number, n: number): number;
  walk(root: number, home: number, first: number, scheme: number): number;
  key(length: number, k0: number, k1: number, k2: number, k3: number): number;
}

/** The benchmarks' own folder, and the arena's. */
const OWN = fileURLToPath(new URL('..', import.meta.url));
const ARENA = fileURLToPath(new URL('../node_modules/@x/shm-arena', import.meta.url));

async function gated(folder: string): Promise<WebAssembly.Module> {
  return new WebAssembly.Module(await compile(folder, { gated: true }));
}

/** An instance that works for this thread's slot in `arena`. */
export function benchKernel(arena: Arena): { kernel: BenchKernel; seat: Seat } {
  const seat = seatOf(arena);
  const module = new WebAssembly.Module(
    readFileSync(new URL('../build/kernel.wasm', import.meta.url)),
  );
  const { exports } = new WebAssembly.Instance(module, { env: { memory: arena.memory } });
  const kernel = exports as unknown as BenchKernel;
  kernel.join(seat.slot);
  return { kernel, seat };
}

/** Kinds of gate calls: bits 0 to 3 of `op` (shm-arena/assembly/ground/atomic.ts). */
const FIRST_WRITE = 1;
const LAST_WRITE = 6;

interface GatedArena {
  create(pages: number, participants: number, flags: number, ...id: number[]): number;
  attach(threadId: number): number;
}

/**
 * Atomic writes (stores, read-modify-writes, failed ones too) per alloc and free of one block, as
 * the gate of the gated build counts them.
 */
export async function writesPerPair(n: number, bytes: number): Promise<number> {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 65_536, shared: true });
  let writes = 0;
  const env = {
    memory,
    gate(op: number) {
      const kind = op & 15;
      if (kind >= FIRST_WRITE && kind <= LAST_WRITE) writes++;
    },
    plain() {},
    fail: () => 0,
    mark() {},
    fault(code: number, at: number) {
      throw new Error(`the gated kernel found invariant ${code} broken at ${at}`);
    },
  };
  const exportsOf = async (folder: string): Promise<unknown> =>
    new WebAssembly.Instance(await gated(folder), { env }).exports;
  const arena = (await exportsOf(ARENA)) as GatedArena;
  const kernel = (await exportsOf(OWN)) as BenchKernel;
  const status = arena.create(1024, 4, 0, 1, 2, 3, 4, 5, 6, 7, 8);
  const slot = status === 0 ? arena.attach(1) : -1;
  if (slot < 0) throw new Error(`no gated arena: create said ${status}, attach ${slot}`);
  kernel.join(slot);
  kernel.pairs(1, bytes); // The page that the class is given.
  writes = 0;
  const done = kernel.pairs(n, bytes);
  if (done !== n) throw new Error(`the gated kernel did ${done} pairs, expected ${n}`);
  return writes / n;
}
