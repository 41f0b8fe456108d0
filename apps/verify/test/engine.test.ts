// What the engine promises of itself: complete search, repeatable runs, replay, shards, speed of
// nothing lost.

import { describe, expect, test } from 'vitest';
import { Dfs } from '../src/dfs.ts';
import { unexcused } from '../src/excuse.ts';
import { Exploration, noTotals, seedOf } from '../src/explore.ts';
import type { Absence, Event } from '../src/history.ts';
import { instrument } from '../src/instrument.ts';
import { kernelsOf, runJob } from '../src/job.ts';
import { Machine } from '../src/machine.ts';
import { RandomSchedule } from '../src/random.ts';
import { replayOnRealThreads } from '../src/real-replay.ts';
import { distinct, load, names } from '../src/registry.ts';
import { Replay, readChoices, showChoices } from '../src/replay.ts';
import { missed, undecided } from '../src/report.ts';
import { record } from '../src/shrink.ts';
import { soak } from '../src/soak.ts';
import { hashState } from '../src/state.ts';
import type { Plan, Structure } from '../src/structure.ts';
import { StoreLog } from '../src/thread.ts';
import { invariantOf, Violation } from '../src/violation.ts';
import lock from './toys/lock.ts';
import pool from './toys/pool.ts';
import words from './toys/words.ts';

const counting = {
  name: 'count',
  threads: [
    [['increment'], ['increment']],
    [['increment'], ['increment']],
  ],
} as const;

test('without a bound that binds, depth-first search makes every interleaving once', async () => {
  const exploration = new Exploration(words, await kernelsOf(words), counting);
  // Two threads of two steps each: 4 over 2 interleavings.
  expect(exploration.run({ strategy: 'dfs', preemptions: 9 }).totals.schedules).toBe(6);
  expect(exploration.run({ strategy: 'dfs', preemptions: 0 }).totals.schedules).toBe(2);
  // Each thread first, and each of the two preempted after its first step.
  expect(exploration.run({ strategy: 'dfs', preemptions: 1 }).totals.schedules).toBe(4);
});

test('shards together make the same schedules', async () => {
  const scenario = pool.scenarios[1]!;
  const exploration = new Exploration(pool, await kernelsOf(pool), scenario);
  const plan = { strategy: 'dfs', preemptions: 2 } as const;
  const all = exploration.run(plan).totals.schedules;
  let parts = 0;
  for (let index = 0; index < 3; index++) {
    parts += exploration.run(plan, { shard: { index, of: 3 } }).totals.schedules;
  }
  expect(parts).toBe(all + 2); // Each shard makes the run without any choice.
});

test('an equal seed gives an equal trace, another seed mostly another', async () => {
  const machine = new Machine(pool, await kernelsOf(pool), pool.scenarios[0]!);
  machine.watch.hash = true;
  const trace = (seed: number): string => {
    const bounds = {
      strategy: 'random',
      depth: 3,
      kills: 0,
      victims: 3,
      lostStores: true,
    } as const;
    machine.execute(new RandomSchedule(bounds, seed, 20));
    return `${machine.hash1} ${machine.hash2}`;
  };
  const first = Array.from({ length: 20 }, (_, seed) => trace(seed));
  expect(Array.from({ length: 20 }, (_, seed) => trace(seed))).toEqual(first);
  expect(new Set(first).size).toBeGreaterThan(10);
});

test('choices survive being printed', () => {
  const text = '12>1 30>0 41x0 42x1* 43x0.2~';
  expect(showChoices(readChoices(text))).toBe(text);
  expect(() => readChoices('12?1')).toThrow('not a choice');
});

test('a printed failure replays to the same failure', async () => {
  const mutant = lock.mutants!.find((m) => m.id === 1)!;
  const exploration = new Exploration(lock, await kernelsOf(lock, mutant), lock.scenarios[0]!);
  const { failure } = exploration.run({ strategy: 'dfs', preemptions: 1, kills: 1 });
  const text = seedOf(failure!).replace(/^.*:/, '');
  const again = record(exploration, { ...failure!, choices: readChoices(text) });
  expect(again?.message).toBe(failure!.violation.message);
  expect(exploration.machine.execute(new Replay([]))).toBeNull();
});

test('lost plain stores: none, all, each alone, also when they overlap', () => {
  const memory = Uint8Array.from([1, 1, 1, 1, 1, 1, 1, 1]);
  const log = new StoreLog();
  const store = (at: number, bytes: number, value: number): void => {
    log.add(memory, at, bytes);
    memory.fill(value, at, at + bytes);
  };
  store(0, 4, 2);
  store(2, 4, 3);
  store(6, 1, 4);
  expect([...memory]).toEqual([2, 2, 3, 3, 3, 3, 4, 1]);
  const after = Array.from({ length: log.variants() }, (_, variant) => {
    log.lose(memory, variant);
    const image = [...memory].join('');
    log.regain(memory, variant);
    return image;
  });
  expect(after).toEqual(['22333341', '11111111', '11333341', '22221141', '22333311']);
  expect([...memory].join('')).toBe('22333341');
});

test('an invariant that breaks while a scenario is prepared is what every run finds', async () => {
  const broken: Structure = {
    ...words,
    setup: () => {
      throw new Violation('assertion', `${invariantOf(0x5304)} does not hold`);
    },
  };
  const exploration = new Exploration(broken, await kernelsOf(words), counting);
  const { failure } = exploration.run({ strategy: 'dfs', preemptions: 1 });
  expect(failure?.violation.message).toBe('S4 does not hold');
  expect(record(exploration, failure!)?.message).toBe('S4 does not hold');
});

test('that runs are left behind a death hides no state in which one ends', async () => {
  const bounds = {
    ...{ preemptions: 1, preemptionsAfterDeath: 1, kills: 2, victims: 0xffff },
    ...{ lostStores: true, suspendedDie: false, progress: false },
  };
  const ends = (machine: Machine, leaves: boolean) => {
    const dfs = new Dfs({ ...bounds, leaves });
    const found = new Set<string>();
    let left = 0;
    for (let first = true; first || dfs.advance(); first = false) {
      expect(machine.execute(dfs)).toBeNull();
      if (machine.left) left++;
      else found.add(hashState(machine).join(' '));
    }
    return { found: [...found].sort(), left };
  };
  let left = 0;
  for (const structure of [lock, pool]) {
    const kernels = await kernelsOf(structure);
    for (const scenario of structure.scenarios) {
      const machine = new Machine(structure, kernels, scenario);
      machine.watch.deaths = true;
      const all = ends(machine, false);
      const some = ends(machine, true);
      expect([some.found, all.left]).toEqual([all.found, 0]);
      left += some.left;
    }
  }
  expect(left).toBeGreaterThan(0);
});

test('a fault of the run in which each goes on in turn is found where all are drawn', async () => {
  const wrong: Structure = { ...words, end: () => 'as ever' };
  const exploration = new Exploration(wrong, await kernelsOf(words), counting);
  const { failure } = exploration.run({ strategy: 'pct', runs: 10 });
  expect(failure).toMatchObject({ violation: { kind: 'end' }, choices: [] });
});

test('what the host writes past world.write is reported', async () => {
  const stray: typeof pool = {
    ...pool,
    begin: () => undefined,
    operations: {
      ...pool.operations,
      get: {
        *run(t, _run, slot: number) {
          new Uint8Array(memory.buffer)[60_000]!++;
          return yield [t.kernels.pool!.get!, slot];
        },
      },
    },
  };
  let memory: WebAssembly.Memory;
  const scenario = {
    name: 'stray',
    threads: [
      [
        ['get', 0],
        ['get', 0],
      ],
      [
        ['get', 1],
        ['get', 1],
      ],
    ],
  } as const;
  const exploration = new Exploration(stray, await kernelsOf(stray), { ...scenario, observe: [] });
  memory = exploration.machine.arena.memory;
  const { failure } = exploration.run({ strategy: 'random', runs: 200 });
  expect(failure?.violation.kind).toBe('nondeterminism');
});

test('instrumenting names every access of the sources', async () => {
  const [kernel] = await kernelsOf(pool);
  const names = kernel!.table.sites.map((s) => `${s.fn}: ${s.accessor}`);
  expect(names).toContain('alloc: cas32');
  expect(names).toContain('free: markFree');
  expect(() =>
    instrument(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 10, 2, 1, 0]), 0),
  ).toThrow();
});

test('real threads, stepped, do what the simulation did', async () => {
  const result = await replayOnRealThreads('lock', lock, lock.scenarios[0]!, 12, 1);
  expect(result.failure).toBeUndefined();
  expect(result.steps).toBeGreaterThan(100);
});

test('real threads under stress, terminated and recovered', async () => {
  const result = await soak('pool', pool, 2, 7, () => {});
  expect(result.failure).toBeUndefined();
  expect(result.rounds).toBeGreaterThan(0);
});

test('two scenarios of one name are refused, and no structure has such', async () => {
  const twice = { ...pool, scenarios: [...pool.scenarios, pool.scenarios[0]!] };
  expect(() => distinct(twice)).toThrow(`two scenarios are named "${pool.scenarios[0]!.name}"`);
  for (const name of names()) await load(name);
});

describe('a refusal shows its reason', () => {
  const event = (name: string, begin: number, end: number, result: string): Event => {
    return { thread: begin, call: [name], begin, end, result, pending: false };
  };

  test('full: an allocation was refused, or there may be no memory', () => {
    const full = event('take', 0, 1, 'full');
    expect(unexcused([full], [], {}, {})).toMatch('take() said full');
    expect(unexcused([{ ...full, refused: true }], [], {}, {})).toBeUndefined();
    expect(unexcused([full], [], { may: ['full'] }, {})).toBeUndefined();
  });

  test('limit, queue full, no slot: the scenario says so', () => {
    for (const result of ['limit', 'queue full', 'no slot']) {
      const refused = { ...event('take', 0, 1, result), refused: true };
      expect(unexcused([refused], [], { may: ['full'] }, {})).toMatch(`take() said ${result}`);
      expect(unexcused([refused], [], { may: [result] }, {})).toBeUndefined();
    }
  });

  test('contended: another call was in flight, or a death not yet recovered', () => {
    const contended = event('take', 2, 4, 'contended');
    const before = event('give', 0, 1, 'ok');
    const during = event('give', 3, 5, 'ok');
    const said = (
      others: Event[],
      absences: Absence[],
      blockers: Structure['blockers'],
      may = '',
    ) => unexcused([contended, ...others], absences, { may: [may] }, { blockers });
    for (const by of ['any', ['give']] as const) {
      expect(said([before], [], { take: by })).toMatch('nobody was in its way');
      expect(said([during], [], { take: by })).toBeUndefined();
      expect(said([], [{ begin: 1, end: 3 }], { take: by })).toBeUndefined();
      // A death after its beginning, before anything else began or ended.
      expect(said([], [{ begin: 4, end: 9 }], { take: by })).toBeUndefined();
      expect(said([], [{ begin: 0, end: 1 }], { take: by })).toBeDefined();
    }
    expect(said([during], [], { take: ['take'] })).toBeDefined();
    expect(said([during], [{ begin: 1, end: 3 }], {})).toBeDefined();
    expect(said([during], [], {}, 'full')).toBeUndefined();
  });
});

test('a job says whether its limit or its time cut it, or neither did', async () => {
  const plan = { strategy: 'dfs', preemptions: 1 } as const;
  const done = async (own: Plan, budget = 60) => {
    const scenario = pool.scenarios[0]!.name;
    const job = { id: '', structure: 'pool', scenario, plan: own, full: false, budget, seed: 1 };
    const { cut, error } = await runJob(job, () => {});
    expect(error).toBeUndefined();
    return cut;
  };
  expect(await done(plan)).toBe(false);
  expect(await done({ ...plan, limit: 5 })).toBe('limit');
  // Some of the refusals were not tried.
  expect(await done({ ...plan, failures: true }, 0)).toBe('time');
  expect(await done({ ...plan, limit: 5 }, 0)).toBe('time');
});

test('a mutant that is missed says how far its hunt has come', () => {
  expect(missed(false)).toBe('and all schedules were made');
  expect(missed('limit')).toBe("stopped at its plans' limits");
  expect(missed('time')).toBe('stopped at its time');
  // Stopped at a limit it is decided: it was missed.
  const job = { id: '', structure: 'pool', mutant: 1, full: true, budget: 60, seed: 1 };
  const result = { id: '', totals: noTotals(), seconds: 5, worst: [], reached: {} };
  expect(undecided(job, { ...result, cut: 'time' })).toBe(true);
  expect(undecided(job, { ...result, cut: 'limit' })).toBe(false);
});
