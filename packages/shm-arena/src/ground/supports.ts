// What this runtime and thread can do. Nothing is looked at before somebody asks.

import type { Supports } from '../api.ts';

/** The part of Node's `worker_threads` that is used here. */
interface WorkerThreads {
  readonly threadId: number;
  readonly isMainThread: boolean;
  readonly parentPort: object | null;
}

/** The part of Node's `process` that is used here. */
interface Process {
  readonly versions?: { readonly deno?: string; readonly bun?: string };
  getBuiltinModule?(id: string): unknown;
}

/** Web Locks, as far as they are used here. */
export interface Locks {
  request(
    name: string,
    options: { mode?: 'exclusive'; ifAvailable?: boolean; signal?: AbortSignal },
    callback: (lock: object | null) => unknown,
  ): Promise<unknown>;
}

/** Node's `worker_threads`, also in Deno and Bun; `undefined` in a browser. */
export function workerThreads(): WorkerThreads | undefined {
  const { process } = globalThis as { process?: Process };
  try {
    return process?.getBuiltinModule?.('node:worker_threads') as WorkerThreads | undefined;
  } catch {
    return undefined;
  }
}

/** Whether this is a Web Worker, in a browser or in Deno: its end is no event anywhere. */
function isWebWorker(): boolean {
  // A Node worker in Deno has that scope as well, but also a port to its parent.
  return 'WorkerGlobalScope' in globalThis && workerThreads()?.parentPort == null;
}

/** Whether this is the thread whose end is the end of all others. */
export function isMainThread(): boolean {
  return workerThreads()?.isMainThread === true && !isWebWorker();
}

/** This thread's id plus one; 0 where it has none of its own. */
export function threadNumber(): number {
  const threads = workerThreads();
  // Deno's Web Workers all say 0, as its main thread does.
  return threads === undefined || isWebWorker() ? 0 : threads.threadId + 1;
}

/** Whether the lock manager has said no to this thread: it would again. */
let refused = false;

/** Notes that there are no locks for this thread. */
export function refuseLocks(): void {
  refused = true;
}

/** The platform's lock manager, or `undefined`. */
export function webLocks(): Locks | undefined {
  if (refused) return undefined;
  try {
    return (globalThis as { navigator?: { locks?: Locks } }).navigator?.locks;
  } catch {
    return undefined; // An opaque origin: the getter throws.
  }
}

/**
 * The lock manager, where this thread is to hold a lock for as long as it lives.
 *
 * A browser's threads do, as nothing else tells of their end; Node's do beside the exit event, for
 * workers that nobody can watch. A lock must not keep a program alive. In Node it does not. In Deno
 * it does, so only its Web Workers hold one: they live until they are terminated anyway, which
 * frees the lock, and have no exit event. A runtime that is not known holds none.
 */
export function lifeLocks(): Locks | undefined {
  if (workerThreads() === undefined || isWebWorker()) return webLocks();
  const { versions } = (globalThis as { process?: Process }).process ?? {};
  const isNode = versions?.deno === undefined && versions?.bun === undefined;
  return isNode ? webLocks() : undefined;
}

/** Whether this thread may block. */
export function mayBlock(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0);
    return true;
  } catch {
    return false;
  }
}

/** Whether memory made here can be posted to another thread. */
export function isIsolated(): boolean {
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean };
  return crossOriginIsolated ?? typeof SharedArrayBuffer === 'function';
}

function canShareMemory(): boolean {
  try {
    new WebAssembly.Memory({ initial: 0, maximum: 0, shared: true });
    return true;
  } catch {
    return false;
  }
}

/**
 * What this runtime and thread can do. O(1), but not free: ask once. Any thread; never blocks.
 *
 * @example
 * supports().isolated; // true: memory can be posted to other threads
 * supports().deathDetection; // 'exit': in Node, a worker's death is an event
 */
export function supports(): Supports {
  const locks = webLocks() !== undefined;
  return {
    shared: canShareMemory(),
    isolated: isIsolated(),
    waitAsync: 'waitAsync' in Atomics,
    webLocks: locks,
    blocking: mayBlock(),
    deathDetection: workerThreads() !== undefined ? 'exit' : locks ? 'locks' : 'none',
  };
}
