// What this runtime and thread can do. Nothing is looked at before somebody asks.

import type { Supports } from './api.ts';

/** The part of Node's `worker_threads` that is used here. */
interface WorkerThreads {
  readonly threadId: number;
  readonly isMainThread: boolean;
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
  const { process } = globalThis as { process?: { getBuiltinModule?(id: string): unknown } };
  try {
    return process?.getBuiltinModule?.('node:worker_threads') as WorkerThreads | undefined;
  } catch {
    return undefined;
  }
}

/** The platform's lock manager, or `undefined`. */
export function webLocks(): Locks | undefined {
  try {
    return (globalThis as { navigator?: { locks?: Locks } }).navigator?.locks;
  } catch {
    return undefined; // An opaque origin: the getter throws.
  }
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
