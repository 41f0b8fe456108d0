// The worker of deaths.ts, of either kind: writes, and is terminated.

import { Arena } from '@x/shm-arena';
import { u32 } from '@x/shm-arena/codec';
import { SkipList } from '@x/skiplist';
import type { Victim } from './deaths.ts';

const { process } = globalThis as {
  process?: { getBuiltinModule?(id: string): { workerData?: Victim } | undefined };
};
const given = process?.getBuiltinModule?.('node:worker_threads')?.workerData;
const victim =
  given ??
  (await new Promise<Victim>((resolve) => {
    addEventListener('message', ({ data }) => resolve(data), { once: true });
  }));

const { words, state } = victim;
const arena = Arena.attach(victim.arena);
const list = SkipList.open(arena, 'kept', { value: u32 });
await arena.ready;
words[1] = arena.participant.slot;
words[2] = arena.participant.generation;
Atomics.store(words, 0, 1);

const write = (n: number) => {
  list.set(String(n).padStart(8, '0'), n);
  Atomics.store(words, 3, n + 1);
};
if (state === 'computes') {
  for (let n = 0; ; n++) {
    if (n < 20_000) write(n);
    Atomics.add(words, 4, 1);
  }
}
write(0);
setInterval(() => Atomics.add(words, 4, 1), 1);
