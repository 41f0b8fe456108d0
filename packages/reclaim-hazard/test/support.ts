// What the tests share: fresh arenas, and workers that do a named job.

import { Worker } from 'node:worker_threads';
import { Arena, type ArenaOptions } from '@x/shm-arena';
import type { Atomic, HazardDomain } from '../src/index.ts';

/** The seed of this run: SEED=… replays. Every random test prints it when it fails. */
export const seed = Number(process.env.SEED ?? 20_261_120);

/** How a failed run is repeated. */
export const replay = (file: string) => `SEED=${seed} npx vitest run test/${file}`;

/** A small seeded generator of numbers from 0 to `below` - 1 (mulberry32). */
export function random(start: number): (below: number) => number {
  let state = start >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

export const freshArena = (options: ArenaOptions = {}): Arena =>
  Arena.create({ bytes: 32 * 2 ** 20, participants: 8, ...options });

/** The `code` of what `run` throws. */
export function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return undefined;
}

/** Words that a test and its workers share: stop, and how far each one is. */
export const control = () => new Int32Array(new SharedArrayBuffer(64));

export interface Job {
  worker: Worker;
  result: Promise<unknown>;
  exit: Promise<number>;
}

/** Starts a thread that attaches arena, domain and cell, and does a job of workers/jobs.mjs. */
export function start(
  arena: Arena,
  domain: HazardDomain,
  cell: Atomic,
  job: string,
  args: Record<string, unknown> = {},
): Job {
  const workerData = { arena: arena.handle, domain: domain.handle, cell: cell.handle, job, args };
  const worker = new Worker(new URL('./workers/jobs.mjs', import.meta.url), { workerData });
  arena.watch(worker);
  const exit = new Promise<number>((resolve) => worker.once('exit', resolve));
  const result = new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the worker ended with code ${code}`)));
  });
  result.catch(() => {}); // A test that kills its worker does not ask for the result.
  return { worker, result, exit };
}

/** Resolves when word `index` is at least `least`. */
export async function reached(words: Int32Array, index: number, least: number): Promise<void> {
  while (Atomics.load(words, index) < least) await new Promise((resolve) => setImmediate(resolve));
}
