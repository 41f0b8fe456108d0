// What becomes of what a thread drops: garbage is collected on demand.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Arena } from '@x/shm-arena';
import type { Garbage } from '@x/testkit';

const { Bun } = globalThis as { Bun?: { gc(force: true): void } };
if (Bun === undefined) setFlagsFromString('--expose-gc');

/** Collects garbage at once; finalizers run in turns of their own. */
export const collectGarbage: () => void =
  Bun === undefined ? runInNewContext('gc') : () => Bun.gc(true);

const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

/** Collects garbage, turn by turn, until `done`; whether it came to that in so many `rounds`. */
export async function collected(done: () => boolean, rounds = 100): Promise<boolean> {
  for (let round = 0; round < rounds; round++) {
    if (done()) return true;
    await turn(); // What was looked at through a WeakRef stays for the rest of the turn.
    collectGarbage();
    await turn();
  }
  return false;
}

/** Collects what can be collected. */
export async function collectAll(): Promise<void> {
  let rounds = 0;
  await collected(() => ++rounds > 5);
}

type Use = (arena: Arena) => unknown;

/**
 * How many of eight arenas are left when each was used and dropped.
 * @param rounds in which those that go are gone: fewer where some are to stay, which takes all
 */
export async function leftOf(create: () => Arena, use: Use, rounds?: number): Promise<number> {
  const memories: WeakRef<WebAssembly.Memory>[] = [];
  for (let i = 0; i < 8; i++) memories.push(await usedOnce(create, use));
  const alive = () => memories.filter((memory) => memory.deref() !== undefined).length;
  const allGone = () => collected(() => alive() === 0, rounds);
  let gone = await allGone();
  // Bun's collector takes what stands on the stack for references: a further use writes over it.
  for (let more = 0; Bun !== undefined && !gone && more < 3; more++) {
    await usedOnce(create, use);
    gone = await allGone();
  }
  return alive();
}

/** In a frame of its own, whose registers are gone when it returns. */
async function usedOnce(create: () => Arena, use: Use): Promise<WeakRef<WebAssembly.Memory>> {
  const arena = create();
  await arena.ready;
  await use(arena);
  return new WeakRef(arena.memory);
}

/** For contracts. */
export const garbage: Garbage = { collected, leftOf };
