// Deno does not stop a thread that computes, or waits on a word, when it is terminated: it may run
// on for as long as the program, and what contracts say of the dead cannot be shown there
// (docs/GUARANTEES.md).

import type { Spawn } from '@x/testkit';
import { NotHere } from './run.ts';

export const stops = !('Deno' in globalThis);

/** The end of a contract that needs a thread to stop, where it might not. */
export const runsOn = (): never => {
  throw new NotHere('Deno does not stop a thread that computes when it is terminated');
};

/** Spawns threads that are not terminated where that does not stop them, but told to end. */
export const stopping = (spawn: Spawn): Spawn =>
  stops
    ? spawn
    : (arena, task) => ({
        ...members(spawn(arena, task)),
        async terminate() {
          Atomics.store(task.words, 1, 1);
          Atomics.notify(task.words, 1);
          return runsOn();
        },
      });

const members = ({ message, gone }: ReturnType<Spawn>) => ({ message, gone });
