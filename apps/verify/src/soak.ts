// pnpm verify:soak -- [packages] [STRUCTURE …] [--minutes N] [--seed N]
//
// The packages as they are shipped (packages-soak/), then the structures, their kernels gated.
// Real workers in rounds of random calls, each round a recorded history that is checked afterwards.
// In half of the rounds a worker is terminated: where it happens to be, or at a drawn step; then
// its slot is buried and recovered while the others go on, and verify, leak audit and history must
// hold.

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { historyKey } from './history.ts';
import { kernelsOf } from './job.ts';
import { linearize } from './linearize.ts';
import { type EndState, Machine } from './machine.ts';
import { Random } from './random.ts';
import { RealThread } from './real.ts';
import { CLOCK, READY } from './real-protocol.ts';
import { load, names } from './registry.ts';
import type { Structure } from './structure.ts';
import { writeSoak } from './totals.ts';

interface SoakResult {
  rounds: number;
  calls: number;
  terminated: number;
  /** Rounds in which marks could not tell whether the last step had happened. */
  ambiguous: number;
  histories: number;
  failure?: string;
}

/** Soaks one structure for `seconds`. */
export async function soak(
  name: string,
  structure: Structure,
  seconds: number,
  seed: number,
  say: (text: string) => void,
): Promise<SoakResult> {
  if (structure.soak === undefined) throw new Error(`${name} does not say how to soak it`);
  const { scenario, more = [] } = structure.soak;
  const result: SoakResult = { rounds: 0, calls: 0, terminated: 0, ambiguous: 0, histories: 0 };
  const kernels = await kernelsOf(structure);
  for (const each of [scenario, ...more]) {
    const machine = new Machine(structure, kernels, each);
    const rounds = new Rounds(name, machine, seed, result);
    const end = performance.now() + (seconds * 1000) / (1 + more.length);
    try {
      while (performance.now() < end && result.failure === undefined) {
        await rounds.next();
        if (result.rounds % 20 !== 0) continue;
        const { rounds: n, calls, terminated } = result;
        say(`${name}: ${n} rounds, ${calls} calls, ${terminated} terminated`);
      }
    } finally {
      await rounds.stop();
    }
    if (result.failure === undefined) continue;
    if (more.length > 0) result.failure = `${each.name}: ${result.failure}`;
    break;
  }
  return result;
}

class Rounds {
  readonly result: SoakResult;
  private readonly machine: Machine;
  private readonly seed: number;
  private readonly shared = new Int32Array(new SharedArrayBuffer(64));
  private readonly threads: RealThread[];
  private readonly calls: number;

  constructor(name: string, machine: Machine, seed: number, result: SoakResult) {
    this.result = result;
    this.machine = machine;
    this.seed = seed;
    this.calls = machine.structure.soak!.calls ?? 60;
    const shared = this.shared.buffer as SharedArrayBuffer;
    this.threads = machine.workers.map((t) => new RealThread(machine, t, name, shared));
  }

  async stop(): Promise<void> {
    await Promise.all(this.threads.map((t) => t.terminate()));
  }

  async next(): Promise<void> {
    const { machine, threads, shared, calls, result } = this;
    const roundSeed = Math.imul(this.seed + result.rounds, 0x9e3779b1) >>> 0;
    const random = new Random(roundSeed);
    await Promise.all(threads.map((t) => t.start()));
    machine.startRound();
    shared[READY] = 0;
    shared[CLOCK] = machine.prologueEnd();
    const { bury, recover } = machine.structure;
    const mayDie = bury !== undefined && recover !== undefined && random.below(2) === 0;
    const victim = mayDie ? threads[random.below(threads.length)]! : null;
    // At a drawn gate, or at a drawn moment.
    const doom = victim !== null && random.below(2) === 0 ? 1 + random.below(calls * 8) : 0;
    const delays = random.below(8);
    const workers = threads.length;
    const running = threads.map((t) => {
      const mine = t === victim ? doom : 0;
      return t.round({ seed: random.next(), workers, calls, delays, doom: mine });
    });
    let recovered = Number.POSITIVE_INFINITY;
    if (victim !== null) {
      const mine = running[threads.indexOf(victim)]!;
      const state = doom > 0 ? await mine : await wait(random.below(1500) / 1000, mine);
      if (state === 'doomed' || state === 'going') recovered = await this.death(victim);
    }
    const dead = recovered !== Number.POSITIVE_INFINITY;
    const errors = await Promise.all(running.filter((_, n) => !dead || threads[n] !== victim));
    const failure = errors.find((text) => text !== '') ?? this.judge(recovered, victim);
    if (failure === undefined) return;
    const who = dead ? `, thread ${victim!.thread.id} terminated` : '';
    const round = `round ${result.rounds} (--seed ${this.seed}, round seed ${roundSeed}${who})`;
    result.failure = `${round}: ${failure}`;
  }

  /** Terminates `victim`, buries and recovers it; when that was. */
  private async death(victim: RealThread): Promise<number> {
    const { machine, shared } = this;
    await victim.terminate();
    Atomics.add(shared, READY, this.threads.length); // It may have died before the start.
    if (!victim.ambiguous()) victim.undoMark(machine);
    machine.hostBury(victim.thread);
    machine.hostRecover([victim.thread]);
    this.result.terminated++;
    return Atomics.add(shared, CLOCK, 1);
  }

  /** What the workers knew in the end, or when they died. */
  private atEnd(): EndState {
    const { machine } = this;
    const states = this.threads.map((t) => t.state());
    const runs = states.map(({ run }) => run);
    return {
      run: machine.structure.soak!.gather?.(runs) ?? machine.runImage(),
      workers: states.map(({ local, globals }) => ({ local, globals })),
    };
  }

  /** End checks and history of the round: what is wrong. */
  private judge(recovered: number, victim: RealThread | null): string | undefined {
    const { machine, shared, result } = this;
    const events = this.threads.flatMap((t) => t.events());
    for (const e of events) if (e.pending) e.end = recovered;
    const dead = recovered !== Number.POSITIVE_INFINITY;
    const ambiguous = dead && victim!.ambiguous();
    const wrong = machine.hostAudit(events, shared[CLOCK]!, this.atEnd());
    result.rounds++;
    result.calls += events.length;
    if (ambiguous) result.ambiguous++;
    if (wrong !== null && !(ambiguous && wrong.kind === 'end')) {
      return `${wrong.kind}: ${wrong.message}`;
    }
    const bad = linearize(machine.events, machine.structure.model);
    result.histories++;
    if (bad === undefined) return undefined;
    return `no order explains:\n${bad.map((e) => historyKey([e])).join('\n')}`;
  }
}

/** 'going' after `ms`, unless the round ended before. */
async function wait(ms: number, round: Promise<string>): Promise<string> {
  return Promise.race([round, new Promise<string>((r) => setTimeout(() => r('going'), ms))]);
}

const PACKAGES = 'packages';

async function packages(seconds: number, seed: number, say: (text: string) => void): Promise<void> {
  // Only here: the rest works without built packages.
  const { soakPackages } = await import('./packages-soak/host.ts');
  const { LANES } = await import('./packages-soak/protocol.ts');
  console.log(`packages: ${LANES} workers on ${availableParallelism()} cores, --seed ${seed}`);
  const { failure, ...counts } = await soakPackages({ seconds, seed, say });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[2K');
  console.log(`packages: ${JSON.stringify(counts)}`);
  if (failure !== undefined) {
    console.log(`FAILED ${failure}`);
    process.exitCode = 1;
    return;
  }
  const { rounds, calls, terminated } = counts;
  const structure = 'the shipped packages';
  writeSoak({ structure, rounds, calls, terminated, minutes: seconds / 60, workers: LANES });
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    args: process.argv.slice(2).filter((arg) => arg !== '--'),
    allowPositionals: true,
    options: { minutes: { type: 'string' }, seed: { type: 'string' } },
  });
  const minutes = Number(values.minutes ?? 1);
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  const wanted: string[] = [];
  for (const name of positionals.length > 0 ? positionals : [PACKAGES, ...names()]) {
    if (name === PACKAGES || (await load(name)).soak !== undefined) wanted.push(name);
  }
  const say = (text: string): void => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${text}`);
  };
  const seconds = (minutes * 60) / wanted.length;
  for (const name of wanted) {
    if (name === PACKAGES) {
      await packages(seconds, seed, say);
      continue;
    }
    const structure = await load(name);
    const workers = structure.soak!.scenario.threads.length;
    console.log(`${name}: ${workers} workers on ${availableParallelism()} cores, --seed ${seed}`);
    const result = await soak(name, structure, seconds, seed, say);
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[2K');
    const { failure, ...counts } = result;
    console.log(`${name}: ${JSON.stringify(counts)}`);
    if (failure !== undefined) {
      console.log(`FAILED ${failure}`);
      process.exitCode = 1;
    } else if (!(name in (await import('../structures/index.ts')).toys)) {
      writeSoak({
        structure: name,
        rounds: result.rounds,
        calls: result.calls,
        terminated: result.terminated,
        minutes: seconds / 60,
        workers: structure.soak!.scenario.threads.length,
      });
    }
  }
}

if (process.argv[1]?.endsWith('soak.ts')) await main();
