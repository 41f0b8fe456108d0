// pnpm verify:speed: steps per second of the engine on one core, on a toy: bare, with threads
// switching, and with every per-step check. A step is one atomic access of a kernel.

import pool from '../test/toys/pool.ts';
import { InTurn } from './dfs.ts';
import { loadKernel } from './kernels.ts';
import { GATE, Machine, type Scheduler, type Watch } from './machine.ts';
import { RandomSchedule } from './random.ts';
import type { OpCall, Structure } from './structure.ts';

const OFF: Watch = {
  legal: false,
  race: false,
  invariant: false,
  deaths: false,
  progress: false,
  hash: false,
  record: false,
};

/** Switches threads at every nth point. */
class Every implements Scheduler {
  private readonly n: number;

  constructor(n: number) {
    this.n = n;
  }

  next(machine: Machine, t: { id: number }, why: number): number {
    if (why === GATE && machine.point % this.n !== 0) return t.id;
    return machine.following(machine.threads[t.id]!);
  }
}

const program = (slot: number): OpCall[] =>
  Array.from({ length: 200 }, (_, n) => (n % 4 === 3 ? ['two'] : ['put', slot, n]));

const structure: Structure = {
  ...pool,
  invariant(world) {
    const { u8 } = world;
    for (let n = 0; n < 4; n++) if (u8[64 + 4 * n]! > 4) return 'an owner that does not exist';
    return undefined;
  },
};

async function main(): Promise<void> {
  const kernels = [await loadKernel('pool', { path: pool.kernels.pool! }, 0)];
  const scenario = { name: 'speed', threads: [program(0), program(1)], maxSteps: 1e6, observe: [] };
  const machine = new Machine(structure, kernels, scenario);
  const all: Watch = { ...OFF, legal: true, race: true, invariant: true };
  const cases: [string, Watch, () => Scheduler][] = [
    ['bare, no switches', OFF, () => new InTurn()],
    ['bare, a switch every 8 steps', OFF, () => new Every(8)],
    ['bare, a switch every step', OFF, () => new Every(1)],
    ['legality, races, invariant', all, () => new InTurn()],
    [
      'legality, races, invariant, PCT',
      all,
      () =>
        new RandomSchedule(
          { strategy: 'pct', depth: 3, kills: 0, victims: 0, lostStores: true },
          7,
          4000,
        ),
    ],
    ['… and all that deaths need', { ...all, deaths: true }, () => new Every(8)],
    ['… and a hash of the trace', { ...all, deaths: true, hash: true }, () => new Every(8)],
  ];
  for (const [name, watch, make] of cases) {
    machine.watch = watch;
    let best = 0;
    for (let round = 0; round < 5; round++) {
      const from = machine.totalSteps;
      const start = performance.now();
      while (performance.now() - start < 300) machine.execute(make());
      best = Math.max(best, (machine.totalSteps - from) / (performance.now() - start));
    }
    console.log(`${name.padEnd(34)} ${(best / 1000).toFixed(2).padStart(7)} M steps/s`);
  }
}

await main();
