// The benchmarks' own kernel (assembly/index.ts).

import { readFileSync } from 'node:fs';
import type { Arena } from '@x/shm-arena';
import { type AnyKernel, type Seat, seatOf } from '@x/shm-arena/structure';

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
  usedBytes(entry: number): number;
  touch(): number;
  idle(): number;
  stackPairs(n: number, root: number, home: number, cell: number, scheme: number): number;
  retirePairs(n: number, root: number, home: number): number;
  node(root: number, home: number, order: number, i: number): number;
  link(order: number, n: number): number;
  walk(root: number, home: number, first: number, scheme: number): number;
  key(length: number, k0: number, k1: number, k2: number, k3: number): number;
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
