import { Worker } from 'node:worker_threads';
import { generator } from './random.ts';
import { pairwise, type Spread, spread } from './stats.ts';
import type { FromWorker, Job, Measured, Series, Suite } from './types.ts';

export interface RunOptions {
  readonly size?: number;
  readonly rounds?: number;
  /** Where the seeds of all rounds come from. Default 1. */
  readonly seed?: number;
  /**
   * `wall` is what users wait for. `cpu` counts each worker's thread alone, the busiest one: for
   * work on a machine that others use, not for results. Default wall.
   */
  readonly clock?: 'wall' | 'cpu';
  /** Called before each measurement. */
  readonly progress?: (step: { round: number; rounds: number; subject: string }) => void;
}

/** One suite's numbers, as they are committed. */
export interface SuiteResult {
  readonly size: number;
  readonly rounds: number;
  readonly seed: number;
  /** By subject and metric: the value of each round. */
  readonly samples: Record<string, Record<string, number[]>>;
  readonly ratios: (Spread & { title: string; bar?: number; met?: boolean })[];
  readonly limits: (Spread & { title: string; bar: number; met: boolean })[];
  /** By metric: what all subjects that report it agreed on, round by round. */
  readonly checksums: Record<string, number[]>;
}

const DEFAULT_ROUNDS = 7;

/**
 * Runs all rounds of a suite. Each round gives every subject fresh workers and the same seed, one
 * subject after the other; the order is turned by one from round to round.
 * Error when two subjects' checksums differ, or a worker fails.
 */
export async function runSuite(suite: Suite, options: RunOptions = {}): Promise<SuiteResult> {
  const size = options.size ?? suite.size;
  const rounds = options.rounds ?? suite.rounds ?? DEFAULT_ROUNDS;
  const seed = options.seed ?? 1;
  const next = generator(seed);
  const samples: SuiteResult['samples'] = {};
  const checksums: SuiteResult['checksums'] = {};
  for (let round = 0; round < rounds; round++) {
    const roundSeed = next();
    const measured = new Map<string, Measured>();
    for (let turn = 0; turn < suite.subjects.length; turn++) {
      const subject = suite.subjects[(turn + round) % suite.subjects.length]!;
      options.progress?.({ round, rounds, subject: subject.name });
      const done = await runSubject(suite, subject, size, roundSeed);
      measured.set(subject.name, merge(done, options.clock ?? 'wall'));
    }
    compareChecksums(suite, measured, checksums);
    for (const { name } of suite.subjects) {
      for (const [metric, value] of Object.entries(measured.get(name)!.values)) {
        samples[name] ??= {};
        samples[name][metric] ??= [];
        samples[name][metric].push(value);
      }
    }
  }
  return { size, rounds, seed, samples, checksums, ...judged(suite, samples) };
}

/** Starts a subject's workers and waits for what they measured. */
async function runSubject(
  suite: Suite,
  subject: { name: string; threads?: number },
  size: number,
  seed: number,
): Promise<Done[]> {
  const threads = subject.threads ?? 1;
  const barrier = new SharedArrayBuffer(8);
  const jobs = Array.from({ length: threads }, (_, thread): Job => {
    return { suite: suite.name, subject: subject.name, size, seed, thread, threads, barrier };
  });
  const workers = jobs.map((workerData) => {
    return new Worker(new URL('./worker.ts', import.meta.url), { workerData });
  });
  try {
    return await Promise.all(workers.map((worker) => finished(worker, workers)));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

type Done = Extract<FromWorker, { type: 'done' }>;

function finished(worker: Worker, all: readonly Worker[]): Promise<Done> {
  return new Promise((resolve, reject) => {
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'done') return resolve(message);
      for (const other of all) if (other !== worker) other.postMessage(message.value);
    });
    worker.on('error', reject);
    worker.on('exit', (code) =>
      reject(new Error(`a worker left with code ${code} before its end`)),
    );
  });
}

/** Threads that measured the same thing together: first start to last end, all operations. */
function merge(done: readonly Done[], clock: 'wall' | 'cpu'): Measured {
  const values: Record<string, number> = {};
  const checksums: Record<string, number> = {};
  for (const { metric } of done[0]!.stretches) {
    const parts = done.flatMap((d) => d.stretches.filter((s) => s.metric === metric));
    const start = Math.min(...parts.map((s) => s.startNs));
    const end = Math.max(...parts.map((s) => s.endNs));
    const operations = parts.reduce((sum, s) => sum + s.operations, 0);
    const took = clock === 'wall' ? end - start : Math.max(...parts.map((s) => s.cpuNs));
    values[metric] = took / operations;
    checksums[metric] = parts.reduce((sum, s) => (sum + s.checksum) | 0, 0);
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
  const series = ({ subject, metric }: Series): readonly number[] => {
    const found = samples[subject]?.[metric];
    if (found === undefined) {
      throw new Error(`${suite.name}: ${subject} reported no ${metric}, which a ratio needs`);
    }
    return found;
  };
  const ratios = suite.ratios.map(({ title, slow, fast, bar }) => {
    const found = spread(pairwise(series(slow), series(fast), (a, b) => a / b));
    return { title, ...found, ...(bar === undefined ? {} : { bar, met: found.median >= bar }) };
  });
  const limits = (suite.limits ?? []).map(({ title, of, minus, bar }) => {
    const base = series(of);
    const values = minus === undefined ? base : pairwise(base, series(minus), (a, b) => a - b);
    const found = spread(values);
    return { title, ...found, bar, met: found.median <= bar };
  });
  return { ratios, limits };
}
