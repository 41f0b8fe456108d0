// Threads that do a named job, and the words they share with their test. How a thread is started is
// for the host.

import type { Arena, Participant, StructureHandle } from '@x/shm-arena';
import { Unmet } from '../assert.ts';

/** A thread at a job. */
export interface Thread {
  /** What it says in the end; rejects with its error, or when it is gone before. */
  readonly message: Promise<unknown>;
  /** Resolves when it is gone. */
  readonly gone: Promise<unknown>;
  /** Ends it wherever it is, and waits until it is gone. */
  terminate(): Promise<void>;
}

/** What a thread is told. */
export interface Task {
  readonly arena: Arena['handle'];
  /** Of the structure. */
  readonly handle: StructureHandle;
  readonly words: Int32Array<SharedArrayBuffer>;
  /** Of the thread, among those that share the words. */
  readonly index: number;
  readonly job: string;
  readonly args: Record<string, unknown>;
}

/** Starts a thread that runs a structure's program with a task, and has the arena watch it. */
export type Spawn = (arena: Arena, task: Task) => Thread;

/** Starts a thread that attaches arena and structure, waits for `go`, and does a job. */
export type Start = (
  arena: Arena,
  structure: { readonly handle: StructureHandle },
  control: Control,
  index: number,
  job: string,
  args?: Record<string, unknown>,
) => Thread;

/** Starts jobs by what the host spawns threads with. */
export function starter(spawn: Spawn): Start {
  return (arena, { handle }, { words }, index, job, args = {}) =>
    spawn(arena, { arena: arena.handle, handle, words, index, job, args });
}

/** Waits for what all say and for the threads to be gone. */
export async function finished(threads: readonly Thread[]): Promise<unknown[]> {
  const messages = await Promise.all(threads.map(({ message }) => message));
  await Promise.all(threads.map(({ gone }) => gone));
  return messages;
}

/** The end of this turn: what only stands to be found again is let go. */
export const turn = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });

/** A while in which others have this core. */
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

/** Resolves when `done`. */
export async function until(done: () => boolean): Promise<void> {
  while (!done()) await pause();
}

/** Counts down to nothing. */
export async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await turn();
}

/** Words that a test and its threads share: go, stop, and how far each one is. */
export class Control {
  readonly words: Int32Array<SharedArrayBuffer>;

  constructor(threads = 16) {
    this.words = new Int32Array(new SharedArrayBuffer(4 * (2 + 2 * threads)));
  }

  /** Lets the threads begin, all at once. */
  go(): void {
    Atomics.store(this.words, 0, 1);
    Atomics.notify(this.words, 0);
  }

  /** Asks threads that run until told to finish. */
  stop(): void {
    Atomics.store(this.words, 1, 1);
    Atomics.notify(this.words, 1);
  }

  /** How many calls of thread `index` have returned. */
  done(index: number): number {
    return Atomics.load(this.words, 2 + 2 * index);
  }

  /** The slot of thread `index`, as it wrote it down. */
  participant(index: number): Participant {
    const word = Atomics.load(this.words, 3 + 2 * index);
    return { slot: word & 255, generation: word >> 8 };
  }

  /** Resolves when thread `index` has finished `calls` calls; rejects when it ended before. */
  async reached({ message }: Thread, index: number, calls: number): Promise<void> {
    let over = false;
    let cause: unknown;
    const end = (reason?: unknown) => {
      over = true;
      cause = reason;
    };
    message.then(end, end);
    while (this.done(index) < calls) {
      if (over && this.done(index) < calls) {
        const what = `thread ${index} ended after ${this.done(index)} of ${calls}: ${cause}`;
        throw new Unmet(what, { cause });
      }
      // One that has not begun still loads its program.
      await (this.done(index) === 0 ? pause() : turn());
    }
  }
}
