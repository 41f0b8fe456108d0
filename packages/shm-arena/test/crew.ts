// Real threads for tests: each attaches an arena and does a job of workers/jobs.mjs.
import { Worker } from 'node:worker_threads';
import type { Arena } from '../src/api.ts';

export interface Member {
  readonly worker: Worker;
  /** Resolves when it is attached. */
  readonly ready: Promise<unknown>;
  /** Resolves when its death can be noticed. */
  readonly noticed: Promise<unknown>;
  /** What its job returned. */
  // biome-ignore lint/suspicious/noExplicitAny: what jobs return, tests know.
  readonly result: Promise<any>;
  readonly exit: Promise<number>;
}

/** Starts a worker; `watch`: its exit is its participants' death. */
export function start(arena: Arena, job: string, args: object = {}, watch = true): Member {
  const url = new URL('./workers/jobs.mjs', import.meta.url);
  const worker = new Worker(url, { workerData: { handle: arena.handle, job, args } });
  if (watch) arena.watch(worker);
  const exit = new Promise<number>((resolve) => worker.once('exit', resolve));
  const ready = message(worker, (value) => value === 'ready' || undefined);
  const noticed = message(worker, (value) => value === 'noticed' || undefined);
  const result = message(worker, ({ result }) => result);
  return { worker, ready, noticed, result, exit };
}

// biome-ignore lint/suspicious/noExplicitAny: messages are what the jobs make them.
type Message = any;

/** What `pick` finds in the first message in which it finds something. */
export function message<T>(worker: Worker, pick: (value: Message) => T | undefined): Promise<T> {
  const found = new Promise<T>((resolve, reject) => {
    worker.on('message', (value) => {
      const picked = pick(value);
      if (picked !== undefined) resolve(picked);
    });
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the worker ended with code ${code}`)));
  });
  found.catch(() => {}); // A test that kills its worker does not ask.
  return found;
}

/** Waits until `count` steps were counted in the first word. */
export async function counted(words: Int32Array, count: number): Promise<void> {
  while (Atomics.load(words, 0) < count) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Words that a test shares with its workers. */
export function sharedWords(count: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(count * 4));
}
