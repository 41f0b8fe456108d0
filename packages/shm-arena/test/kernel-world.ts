// A kernel on a bare memory, without the Arena class: what the kernel tests stand on. Several
// "threads" are several instances in this one thread, each joined to its own slot.
import { expect } from 'vitest';
import kernelBytes from '../build/kernel.wasm';
import type { ArenaKernel } from '../src/ground/kernel.ts';

export const PAGE = 65536;
export const SLICE = 4096;

const module = new WebAssembly.Module(kernelBytes());

export interface Threads {
  readonly memory: WebAssembly.Memory;
  /** A new instance, not attached. */
  instance(): ArenaKernel;
  /** A new instance with a slot. */
  attach(threadId?: number): { k: ArenaKernel; slot: number };
}

export function bare(pages: number): Threads {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: 65536, shared: true });
  const instance = (): ArenaKernel =>
    new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as ArenaKernel;
  return {
    memory,
    instance,
    attach(threadId = 0) {
      const k = instance();
      const slot = k.attach(threadId);
      expect(slot).toBeGreaterThanOrEqual(0);
      return { k, slot };
    },
  };
}

/** A formatted arena. */
export function world(pages: number, participants = 8, flags = 0): Threads {
  const threads = bare(pages);
  const status = threads.instance().create(pages, participants, flags, 1, 2, 3, 4, 5, 6, 7, 8);
  expect(status).toBe(0);
  return threads;
}

/** Memory is counted in slices. */
export interface Stats {
  pages: number;
  system: number;
  free: number;
  small: number;
  orphan: number;
  large: number;
  region: number;
  scratch: number;
  flight: number;
  blocks: number;
  empty: number;
  liveRegions: number;
  retiredRegions: number;
  structures: number;
  alive: number;
}

export function stats({ memory }: Threads, k: ArenaKernel): Stats {
  const at = k.scratch() >>> 0;
  k.stats(at);
  const w = new Uint32Array(memory.buffer, at, 28);
  return {
    pages: w[0]!,
    system: w[1]!,
    free: w[2]!,
    small: w[3]!,
    orphan: w[4]!,
    large: w[5]!,
    region: w[6]!,
    scratch: w[7]!,
    flight: w[8]!,
    blocks: w[9]!,
    empty: w[10]!,
    liveRegions: w[18]!,
    retiredRegions: w[19]!,
    structures: w[20]!,
    alive: w[21]!,
  };
}

/** The problems that `verify` finds, as "code@offset". */
export function problems({ memory }: Threads, k: ArenaKernel): string[] {
  const at = k.scratch() >>> 0;
  const count = Math.min(k.verify(at, 512) >>> 0, 64);
  const w = new Uint32Array(memory.buffer, at, count * 2);
  return Array.from({ length: count }, (_, n) => `${w[n * 2]}@${w[n * 2 + 1]!.toString(16)}`);
}

/** A descriptor of a structure in the thread's scratch; its offset. */
export function descriptor({ memory }: Threads, k: ArenaKernel, name: string, linked = 7): number {
  const at = k.scratch() >>> 0;
  const bytes = new Uint8Array(memory.buffer, at, 256).fill(0);
  const text = new TextEncoder().encode(name);
  bytes.set(text, 88);
  bytes[36] = text.length;
  new DataView(memory.buffer).setUint32(at + 12, linked, true);
  return at;
}

/** Recovers all dead slots by `k`, with no repair of structures but "all is well". */
export function recover(k: ArenaKernel): number {
  let freed = 0;
  for (let slot = 0; slot < k.participants(); slot++) {
    const phase = k.reap(slot);
    if (phase === 0) continue;
    if (phase === 1) freed += k.recoverArena(slot);
    for (let e = k.nextJoined(slot, 0); e >= 0; e = k.nextJoined(slot, e + 1)) k.unjoin(e, slot);
    expect(k.finishRecovery(slot)).toBe(1);
  }
  return freed;
}

/** A small seeded generator (mulberry32). */
export function generator(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const SEED = Number(process.env['SEED'] ?? 20261120);

/** Runs `body` with a generator of SEED; a failure names the seed and how to replay it. */
export function seeded(body: (random: () => number) => void): void {
  try {
    body(generator(SEED));
  } catch (error) {
    const { message } = error as Error;
    throw new Error(`${message}\nReplay: SEED=${SEED} pnpm test`, { cause: error });
  }
}
