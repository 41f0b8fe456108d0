// node src/real-replay.ts [STRUCTURE …] [--traces N]: simulated schedules made again by real
// workers, stepped one atomic access at a time by a gate word. Every step must be the same access,
// by the same thread, of a word that holds the same value; every call must return the same. A
// simulated death is a real terminate(). It shows that the simulation is what real threads do.

import { parseArgs } from 'node:util';
import type { Event } from './history.ts';
import { kernelsOf } from './job.ts';
import { type EndState, Machine } from './machine.ts';
import { RandomSchedule } from './random.ts';
import { RealThread } from './real.ts';
import { CLOCK, MISMATCH, type Order, STEP_WORDS, TURN } from './real-protocol.ts';
import type { Row } from './recording.ts';
import { load, names } from './registry.ts';
import type { Scenario, Structure } from './structure.ts';

/** Not a worker's step: the host does it. */
const HOST = -1;

interface RealReplayResult {
  traces: number;
  steps: number;
  deaths: number;
  failure?: string;
}

interface Trace extends Order {
  /** Index of the death in the order, and whose it is. */
  death: number;
  victim: number;
  /** Index of the recoverer's first step, and how many there are. */
  recovery: number;
  recoverySteps: number;
}

export async function replayOnRealThreads(
  name: string,
  structure: Structure,
  scenario: Scenario,
  traces: number,
  seed: number,
): Promise<RealReplayResult> {
  const machine = new Machine(structure, await kernelsOf(structure), scenario);
  const shared = new Int32Array(new SharedArrayBuffer(64));
  const threads = machine.workers.map(
    (t) => new RealThread(machine, t, name, shared.buffer as SharedArrayBuffer),
  );
  const result: RealReplayResult = { traces: 0, steps: 0, deaths: 0 };
  const mortal = structure.bury !== undefined && structure.recover !== undefined;
  try {
    for (let n = 0; n < traces && result.failure === undefined; n++) {
      const kills = mortal && n % 3 === 2 ? 1 : 0;
      const simulated = simulate(machine, kills, Math.imul(seed + n, 0x9e3779b1));
      if (simulated === undefined) continue;
      const { trace, events } = simulated;
      result.failure = await again(machine, threads, shared, trace, events, machine.atEnd!);
      if (result.failure !== undefined)
        result.failure = `${scenario.name}, trace ${n}: ${result.failure}`;
      result.traces++;
      result.steps += trace.count;
      if (trace.death >= 0) result.deaths++;
    }
  } finally {
    await Promise.all(threads.map((t) => t.terminate()));
  }
  return result;
}

function simulate(
  machine: Machine,
  kills: number,
  seed: number,
): { trace: Trace; events: Event[] } | undefined {
  machine.watch = {
    legal: true,
    race: true,
    invariant: false,
    deaths: kills > 0,
    progress: false,
    hash: false,
    record: true,
  };
  machine.arena.restoreAll();
  const bounds = {
    strategy: 'random' as const,
    depth: 3,
    kills,
    victims: 0xffff,
    lostStores: false,
  };
  const violation = machine.execute(new RandomSchedule(bounds, seed, 60));
  machine.watch.record = false;
  if (violation !== null) throw new Error(`the simulated run is wrong: ${violation.message}`);
  const trace = traceOf(machine);
  const events = machine.events.map((e) => ({ ...e }));
  return trace === undefined ? undefined : { trace, events };
}

/**
 * The steps of the recorded run; undefined when the recoverer's are mixed with others (the host is
 * one).
 */
function traceOf(machine: Machine): Trace | undefined {
  const rows = machine.recording.rows.filter(
    (row: Row) => row.death || (row.note === undefined && row.step > 0),
  );
  const steps = new Int32Array(rows.length * STEP_WORDS);
  const trace: Trace = {
    steps,
    count: rows.length,
    death: -1,
    victim: -1,
    recovery: -1,
    recoverySteps: 0,
  };
  for (const [n, row] of rows.entries()) {
    const base = n * STEP_WORDS;
    const worker = machine.threads[row.thread]!.role === 'worker';
    steps[base] = worker && !row.death ? row.thread : HOST;
    steps[base + 1] = row.op;
    steps[base + 2] = row.at;
    steps[base + 3] = Number(BigInt.asIntN(32, row.before));
    steps[base + 4] = Number(BigInt.asIntN(32, row.before >> 32n));
    if (row.death) {
      trace.death = n;
      trace.victim = row.thread;
    } else if (!worker) {
      if (trace.recovery < 0) trace.recovery = n;
      if (n !== trace.recovery + trace.recoverySteps) return undefined;
      trace.recoverySteps++;
    }
  }
  return trace;
}

async function again(
  machine: Machine,
  threads: RealThread[],
  shared: Int32Array,
  trace: Trace,
  expected: Event[],
  atEnd: EndState,
): Promise<string | undefined> {
  await Promise.all(threads.map((t) => t.start()));
  machine.startRound();
  shared.fill(0);
  shared[CLOCK] = machine.prologueEnd();
  const order = { steps: trace.steps, count: trace.count };
  const running = threads.map((t) => {
    const program = machine.scenario.threads[t.thread.id]!;
    return t.round({
      seed: 1,
      workers: threads.length,
      calls: program.length,
      program,
      delays: 0,
      doom: 0,
      order,
    });
  });
  const victim = trace.victim >= 0 ? threads[trace.victim]! : undefined;
  if (victim !== undefined) {
    await turn(shared, trace.death);
    // Its plain stores up to the gate are done when the turn before has passed on; let it get
    // there.
    await victim.terminate();
    victim.undoMark(machine);
    machine.hostBury(victim.thread);
    pass(shared, 1);
    if (trace.recovery >= 0) await turn(shared, trace.recovery);
    machine.hostRecover([victim.thread]);
    pass(shared, trace.recoverySteps);
  }
  const errors = await Promise.all(running.filter((_, n) => threads[n] !== victim));
  const error = errors.find((text) => text !== '');
  if (error !== undefined) return error;
  if (shared[MISMATCH] !== 0)
    return `step ${shared[MISMATCH]} of ${trace.count} is another on real threads`;
  for (const t of threads) {
    const mine = t.events().map((e) => (e.pending ? 'died' : JSON.stringify(e.result)));
    const first = expected
      .filter((e) => e.thread === t.thread.id)
      .slice(-mine.length || expected.length);
    const theirs = first.map((e) => (e.pending ? 'died' : JSON.stringify(e.result)));
    if (t !== victim && String(mine) !== String(theirs.slice(-mine.length))) {
      return `thread ${t.thread.id} returned ${mine}, simulated ${theirs}`;
    }
  }
  const events = threads.flatMap((t) => t.events());
  for (const e of events) if (e.pending) e.end = shared[CLOCK]!;
  const wrong = machine.hostAudit(events, shared[CLOCK]! + 1, atEnd);
  return wrong === null ? undefined : `${wrong.kind}: ${wrong.message}`;
}

/** The scenarios that real workers can make again. */
export function realScenarios(structure: Structure): Scenario[] {
  const { real, begin, scenarios } = structure;
  if (real === undefined) return begin === undefined ? [...scenarios] : [];
  return scenarios.filter(({ name }) => real.includes(name));
}

/** Waits until the turn is `n`. */
async function turn(shared: Int32Array, n: number): Promise<void> {
  const started = performance.now();
  while (Atomics.load(shared, TURN) < n) {
    await new Promise((resolve) => setImmediate(resolve));
    if (performance.now() - started > 10_000) throw new Error(`turn ${n} does not come`);
  }
}

function pass(shared: Int32Array, steps: number): void {
  Atomics.add(shared, TURN, steps);
  Atomics.notify(shared, TURN);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    args: process.argv.slice(2).filter((arg) => arg !== '--'),
    allowPositionals: true,
    options: { traces: { type: 'string' }, seed: { type: 'string' } },
  });
  for (const name of positionals.length > 0 ? positionals : names()) {
    const structure = await load(name);
    for (const scenario of realScenarios(structure)) {
      const traces = Number(values.traces ?? 30);
      const result = await replayOnRealThreads(
        name,
        structure,
        scenario,
        traces,
        Number(values.seed ?? 1),
      );
      console.log(`${name}/${scenario.name}: ${JSON.stringify(result)}`);
      if (result.failure !== undefined) process.exitCode = 1;
    }
  }
}

if (process.argv[1]?.endsWith('real-replay.ts')) await main();
