import { fork } from 'node:child_process';
import { generator } from './random.ts';
import { pairwise, type Spread, spread } from './stats.ts';
import type { Done, Measured, Series, Suite, Task } from './types.ts';

export interface RunOptions {
  readonly size?: number;
  readonly rounds?: number;
  /** Where the seeds of all rounds come from. Default 1. */
  readonly seed?: number;
  /**
   * `wall` is what users wait for. `cpu` counts each thread alone, the busiest one: for a machine
   * that others use. It leaves out what the engine's own threads do for a subject, as collecting
   * garbage. Default wall.
   */
  readonly clock?: 'wall' | 'cpu';
  /** All subjects of a round in one process: to see that they work, not to measure. */
  readonly together?: boolean;
  /** Called before each measurement. */
  readonly progress?: (step: { round: number; rounds: number; subject: string }) => void;
}

/** One suite's numbers, as they are committed. */
export interface SuiteResult {
  readonly size: number;
  readonly rounds: number;
  readonly seed: number;
  /** Left out: `wall`. */
  readonly clock?: 'cpu';
  /** By subject and metric: the value of each round. */
  readonly samples: Record<string, Record<string, number[]>>;
  readonly ratios: (Spread & { title: string; bar?: number; met?: boolean; aim?: number })[];
  readonly limits: (Spread & { title: string; bar: number; met: boolean })[];
  /** By metric: what all subjects that report it agreed on, round by round. */
  readonly checksums: Record<string, number[]>;
}

const DEFAULT_ROUNDS = 7;

/**
 * Runs all rounds of a suite. Each round gives every subject a fresh process and the same seed, one
 * subject after the other; the order is turned by one from round to round.
 * Error when two subjects' checksums differ, or a process fails.
 */
export async function runSuite(suite: Suite, options: RunOptions = {}): Promise<SuiteResult> {
  const size = options.size ?? suite.size;
  const rounds = options.rounds ?? suite.rounds ?? DEFAULT_ROUNDS;
  const seed = options.seed ?? 1;
  const next = generator(seed);
  const subjects = subjectsAt(suite, size);
  const samples: SuiteResult['samples'] = {};
  const checksums: SuiteResult['checksums'] = {};
  for (let round = 0; round < rounds; round++) {
    const roundSeed = next();
    const measured = new Map<string, Measured>();
    const waiting: Task[] = [];
    for (let turn = 0; turn < subjects.length; turn++) {
      const { name, threads = 1 } = subjects[(turn + round) % subjects.length]!;
      options.progress?.({ round, rounds, subject: name });
      waiting.push({ suite: suite.name, subject: name, size, seed: roundSeed, threads });
      if (options.together === true && turn < subjects.length - 1) continue;
      const tasks = waiting.splice(0);
      for (const [n, done] of (await runProcess(tasks)).entries()) {
        measured.set(tasks[n]!.subject, merge(done, options.clock ?? 'wall'));
      }
    }
    compareChecksums(suite, measured, checksums);
    for (const { name } of subjects) {
      for (const [metric, value] of Object.entries(measured.get(name)!.values)) {
        samples[name] ??= {};
        samples[name][metric] ??= [];
        samples[name][metric].push(value);
      }
    }
  }
  const clock = options.clock === 'cpu' ? { clock: options.clock } : {};
  return { size, rounds, seed, ...clock, samples, checksums, ...judged(suite, samples) };
}

/** Those of a suite that are run at that size. */
export function subjectsAt(suite: Suite, size: number): Suite['subjects'] {
  return suite.subjects.filter(({ most = size }) => size <= most);
}

const ENTRY = new URL('./process.ts', import.meta.url);

/** Starts a process and waits for what the threads of each task measured. */
function runProcess(tasks: readonly Task[]): Promise<Done[][]> {
  return new Promise((resolve, reject) => {
    const stdio = ['ignore', 'inherit', 'pipe', 'ipc'] as const;
    const child = fork(ENTRY, [JSON.stringify(tasks)], { execArgv: [], stdio: [...stdio] });
    let found: Done[][] | undefined;
    let said = '';
    child.stderr!.setEncoding('utf8').on('data', (text) => (said += text));
    child.once('message', (done) => (found = done as Done[][]));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (found !== undefined) {
        process.stderr.write(said);
        return resolve(found);
      }
      const subjects = tasks.map(({ subject }) => subject).join(', ');
      reject(
        new Error(
          `${tasks[0]!.suite}, ${subjects}: left with ${signal ?? `code ${code}`}\n${said}`,
        ),
      );
    });
  });
}

/**
 * Threads that measured the same thing together: first start to last end, all operations. What was
 * measured several times is added up.
 */
function merge(done: readonly Done[], clock: 'wall' | 'cpu'): Measured {
  const values: Record<string, number> = {};
  const checksums: Record<string, number> = {};
  for (const metric of new Set(done[0]!.stretches.map((s) => s.metric))) {
    const threads = done.map((d) => d.stretches.filter((s) => s.metric === metric));
    let [took, operations, checksum] = [0, 0, 0];
    for (let time = 0; time < threads[0]!.length; time++) {
      const parts = threads.map((stretches) => stretches[time]!);
      const start = Math.min(...parts.map((s) => s.startNs));
      const end = Math.max(...parts.map((s) => s.endNs));
      took += clock === 'wall' ? end - start : Math.max(...parts.map((s) => s.cpuNs));
      operations += parts.reduce((sum, s) => sum + s.operations, 0);
      checksum = parts.reduce((sum, s) => (sum + s.checksum) | 0, checksum);
    }
    values[metric] = took / operations;
    checksums[metric] = checksum;
  }
  for (const { metric, value } of done.flatMap((d) => d.counts)) values[metric] = value;
  return { values, checksums };
}

function compareChecksums(
  suite: Suite,
  measured: ReadonlyMap<string, Measured>,
  checksums: Record<string, number[]>,
): void {
  for (const metric of suite.metrics) {
    if (metric.same === false) continue;
    const found = [...measured].flatMap(([subject, { checksums: of }]) => {
      const sum = of[metric.name];
      return sum === undefined ? [] : [{ subject, sum }];
    });
    const first = found[0];
    if (first === undefined) continue;
    for (const { subject, sum } of found) {
      if (sum !== first.sum) {
        throw new Error(
          `${suite.name} ${metric.name}: ${subject} has checksum ${sum}, ` +
            `expected ${first.sum} as ${first.subject} has`,
        );
      }
    }
    checksums[metric.name] ??= [];
    checksums[metric.name]!.push(first.sum);
  }
}

function judged(suite: Suite, samples: SuiteResult['samples']) {
  const series = (name: Series): readonly number[] => {
    const [subject, metric] = name.split(': ') as [string, string];
    const found = samples[subject]?.[metric];
    if (found === undefined) {
      throw new Error(`${suite.name}: ${subject} reported no ${metric}, which a ratio needs`);
    }
    return found;
  };
  const ratios = suite.ratios.map(([title, slow, fast, bar, aim]) => {
    const found = spread(pairwise(series(slow), series(fast), (a, b) => a / b));
    const judged = bar === undefined ? {} : { bar, met: found.median >= bar };
    return { title, ...found, ...judged, ...(aim === undefined ? {} : { aim }) };
  });
  const limits = (suite.limits ?? []).map(([title, of, bar, minus]) => {
    const base = series(of);
    const values = minus === undefined ? base : pairwise(base, series(minus), (a, b) => a - b);
    const found = spread(values);
    return { title, ...found, bar, met: found.median <= bar };
  });
  return { ratios, limits };
}
