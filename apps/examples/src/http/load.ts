// What the load scripts have in common: servers to compare, each in a process of its own, loaded in
// turns by autocannon.

import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { availableParallelism } from 'node:os';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { atLeast } from '../arguments.ts';
import { count, megabytes } from '../tour/report.ts';
import type { Memory } from './workers.ts';

const DEFAULTS = {
  workers: String(availableParallelism()),
  connections: '16',
  rounds: '4',
  seconds: '4',
  requests: '',
  records: '',
  updates: '400',
};

interface Load {
  readonly workers: number;
  readonly connections: number;
  /** With the first one, in which engines are slow. */
  readonly rounds: number;
  readonly seconds: number;
  /** A round ends after so many, if there is a number, and not by time. */
  readonly requests: number | undefined;
  readonly records: number;
  /** In a round. */
  readonly updates: number;
}

/** What the command line says; options of its own by their defaults, as `given`. */
export function loadOptions<K extends string = never>(own: Record<K, string>) {
  const all = Object.entries<string>({ ...DEFAULTS, ...own });
  const options = all.map(([name, value]) => [name, { type: 'string', default: value }] as const);
  const { values } = parseArgs({ options: Object.fromEntries(options) });
  const given = values as Record<keyof typeof DEFAULTS | K, string>;
  const load: Load = {
    workers: atLeast(1, given.workers),
    connections: atLeast(1, given.connections),
    rounds: atLeast(1, given.rounds),
    seconds: atLeast(1, given.seconds),
    requests: given.requests === '' ? undefined : atLeast(1, given.requests),
    updates: atLeast(0, given.updates),
    records: given.records === '' ? Infinity : atLeast(1, given.records),
  };
  return { load, given };
}

/** `micros`: processor time of the server, all its threads, for each request. */
type Run = { readonly perSecond: number; readonly p99: number; readonly micros: number };

export class Subject {
  readonly name: string;
  origin = '';
  private readonly child: ChildProcess;
  private readonly runs: Run[] = [];

  private constructor(name: string, child: ChildProcess) {
    this.name = name;
    this.child = child;
  }

  /** Starts a server: `file` is its `main.ts`. */
  static start(
    name: string,
    file: URL,
    { workers, records }: Load,
    args: readonly string[],
  ): Subject {
    const usual = ['--workers', String(workers), '--port', '0'];
    if (records < Infinity) usual.push('--records', String(records));
    return new Subject(name, fork(file, [...usual, ...args]));
  }

  /** Until then it starts. */
  async ready(): Promise<void> {
    this.origin = await heard(this.child);
  }

  ask<T>(question: string): Promise<T> {
    this.child.send(question);
    return heard(this.child);
  }

  /** Loads it for some seconds, each connection with paths of its own, while `updating` goes on. */
  async load(
    { connections, seconds, requests: amount }: Load,
    pathsOf: (connection: number) => readonly string[],
    updating: Promise<void>,
  ): Promise<void> {
    const before = await this.ask<NodeJS.CpuUsage>('processor');
    let connected = 0;
    const loading = autocannon({
      url: this.origin,
      connections,
      ...(amount === undefined ? { duration: seconds } : { amount }),
      setupClient: (client) =>
        client.setRequests(pathsOf(connected++).map((path) => ({ path, method: 'GET' }))),
    });
    await Promise.all([loading, updating]);
    const { requests, duration, latency, errors, non2xx } = await loading;
    assert.deepEqual({ errors, non2xx }, { errors: 0, non2xx: 0 });
    assert.ok(requests.total > 0);
    const after = await this.ask<NodeJS.CpuUsage>('processor');
    const micros = after.user + after.system - before.user - before.system;
    const { total } = requests;
    this.runs.push({ perSecond: total / duration, p99: latency.p99, micros: micros / total });
  }

  /** Its cells of the table: medians of the rounds, but for the first if there are more. */
  async cells(): Promise<string[]> {
    const { heaps, arena, process: all } = await this.ask<Memory>('memory');
    const of = (figure: keyof Run) =>
      median(this.runs.slice(this.runs.length > 1 ? 1 : 0).map((run) => run[figure]));
    return [
      count(of('perSecond')),
      `${of('p99')} ms`,
      `${count(of('micros'))} µs`,
      megabytes(heaps + arena),
      megabytes(all),
    ];
  }

  /** Asks until each worker has answered as `check` wants it. */
  async askEach(
    path: string,
    workers: number,
    check: (body: string, worker: string) => void,
  ): Promise<void> {
    const asked = new Set<string>();
    for (let tries = 0; asked.size < workers; tries++) {
      if (tries === 1000 * workers) throw new Error(`${this.name}: a worker does not answer`);
      const { worker, body } = await askOnce(new URL(path, this.origin));
      check(body, worker);
      asked.add(worker);
    }
  }

  end(): void {
    if (this.child.connected) this.child.disconnect();
  }
}

/** The heads of `cells`. */
export const HEADS = ['requests/s', 'p99', 'CPU a request', 'heaps, arena', 'whole process'];

/** Columns are as wide as their heads, or as a number of six digits. */
export function printTable(heads: readonly string[], rows: readonly [string, string[]][]): void {
  const name = Math.max(...rows.map(([subject]) => subject.length));
  const line = (subject: string, cells: readonly string[]) =>
    console.log(
      subject.padEnd(name) +
        cells.map((cell, i) => cell.padStart(2 + Math.max(7, heads[i].length))).join(''),
    );
  line('', heads);
  for (const row of rows) line(...row);
}

/** What a server says next. */
async function heard<T>(child: ChildProcess): Promise<T> {
  const over = new AbortController();
  const death = once(child, 'exit', over).then(([code]) => {
    throw new Error(`a server has ended with ${code}`);
  });
  try {
    const [message] = await Promise.race([once(child, 'message', over), death]);
    return message;
  } finally {
    over.abort();
  }
}

/** By a connection of its own, so that the system chooses the worker anew. */
async function askOnce(url: URL): Promise<{ worker: string; body: string }> {
  const [response] = await once(get(url, { agent: false }), 'response');
  assert.equal(response.statusCode, 200);
  return { worker: response.headers['x-worker'], body: await text(response) };
}

function median(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
