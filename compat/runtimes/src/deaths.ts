// Who is terminated, and who notices: a worker in every state, told of in every way there is.

import { Arena, type Participant } from '@x/shm-arena';
import { u32 } from '@x/shm-arena/codec';
import { SkipList } from '@x/skiplist';

/** What was tried, and what came of it. */
export interface Death {
  /** `worker_threads` or `Web Worker`. */
  readonly threads: string;
  /** What it did: it waited in its event loop, or computed without returning to it. */
  readonly state: 'idles' | 'computes';
  /** Who tells the arena. */
  readonly told: 'watch' | 'probe' | 'bury';
  /** Its death was known in the end. */
  readonly noticed: boolean;
  /** It had stopped when it was taken for dead. */
  readonly stopped: boolean;
  /** Every call that had returned stayed, and nothing is leaked. */
  readonly recovered: boolean;
}

/** What a worker is told. */
export interface Victim {
  readonly arena: Arena['handle'];
  /** 0: it works. 1: its slot, 2: and generation. 3: calls that have returned. 4: its pulse. */
  readonly words: Int32Array;
  readonly state: Death['state'];
}

/** A worker of either kind. */
export interface Worked {
  readonly worker: Worker;
  terminate(): Promise<unknown>;
}

/** For a death to become known; a browser's lock outlives a computing worker by seconds. */
const PATIENCE_MS = 10_000;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Tries one way. */
export async function die(
  how: Pick<Death, 'threads' | 'state' | 'told'>,
  start: (victim: Victim) => Worked,
): Promise<Death> {
  const arena = Arena.create({ bytes: 2 ** 24, participants: 2 });
  const list = SkipList.create(arena, { name: 'kept', value: u32 });
  const words = new Int32Array(new SharedArrayBuffer(20));
  const thread = start({ arena: arena.handle, words, state: how.state });
  if (how.told === 'watch') arena.watch(thread.worker);
  while (Atomics.load(words, 0) === 0) await pause(1);
  if (how.state === 'computes') while (Atomics.load(words, 3) < 500) await pause(1);
  await thread.terminate();
  const victim = { slot: words[1] as number, generation: words[2] as number };
  const noticed = await isNoticed(arena, victim, how.told);
  const pulse = Atomics.load(words, 4);
  await pause(100);
  const stopped = Atomics.load(words, 4) === pulse;
  const recovered = noticed && stopped && isWhole(arena, list, Atomics.load(words, 3));
  arena.detach();
  return { ...how, noticed, stopped, recovered };
}

async function isNoticed(arena: Arena, victim: Participant, told: Death['told']): Promise<boolean> {
  if (told === 'bury') arena.bury(victim);
  for (let waited = 0; waited < PATIENCE_MS; waited += 50) {
    if (told === 'probe') await arena.probe();
    const state = arena.stats().participants.find(({ slot }) => slot === victim.slot)?.state;
    if (state !== 'alive') return true;
    await pause(50);
  }
  return false;
}

function isWhole(arena: Arena, list: SkipList<string, number>, done: number): boolean {
  const { reaped, deferred } = arena.recover();
  const entries = [...list.entries()];
  // The call in flight may have landed.
  const whole = entries.length === done || entries.length === done + 1;
  const kept = entries.every(([key], n) => Number(key) === n);
  const sound = arena.verify().ok && list.verify().ok;
  return reaped === 1 && deferred.length === 0 && whole && kept && sound;
}
