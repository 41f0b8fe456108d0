// Loads the autocomplete server, with its shared index and with an index in each worker in turns,
// and prints what both did. The same updates go to both meanwhile; when they are through, each
// worker of both must answer as a search through a sorted array does.
//
//   node src/autocomplete-server/load.ts [--workers N] [--connections N] [--rounds N] [--seconds N]
//                                        [--records N] [--updates N a round]

import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { availableParallelism } from 'node:os';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { atLeast } from '../arguments.ts';
import { fold } from '../tour/names.ts';
import { count, megabytes } from '../tour/report.ts';
import type { Question } from './main.ts';
import { keyOf, type Place, readPlaces, type Update } from './places.ts';
import type { Memory } from './server.ts';

const { values } = parseArgs({
  options: {
    workers: { type: 'string', default: String(availableParallelism()) },
    connections: { type: 'string', default: '16' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    records: { type: 'string' },
    updates: { type: 'string', default: '400' },
  },
});
const workers = atLeast(1, values.workers);
const connections = atLeast(1, values.connections);
const rounds = atLeast(1, values.rounds);
const seconds = atLeast(1, values.seconds);
const updates = atLeast(0, values.updates);
const records = values.records === undefined ? Infinity : atLeast(1, values.records);

/** How many different searches there are, and how many of them are compared in the end. */
const SEARCHES = 1000;
const COMPARED = 50;
const SHOWN = 10;

/** `micros`: processor time of the server, all its threads, for each request. */
type Run = { readonly perSecond: number; readonly p99: number; readonly micros: number };
interface Subject {
  readonly name: string;
  readonly child: ChildProcess;
  readonly origin: string;
  readonly runs: Run[];
}

const places = readPlaces(records);
const expected = new Map(places.map((place) => [keyOf(place), place]));
const searches = Array.from({ length: SEARCHES }, (_, i) => {
  const { name } = places[Math.floor((i * places.length) / SEARCHES)];
  return [...name].slice(0, 1 + (i % 5)).join('');
});

const subjects: Subject[] = [];
try {
  subjects.push(await start('one shared index', 'shared'));
  subjects.push(await start('one index a worker', 'own'));
  for (const subject of subjects) await load(subject, []); // Engines are slow at first.
  for (let round = 0; round < rounds; round++) {
    const list = updatesOf(round);
    for (const subject of subjects) subject.runs.push(await load(subject, list));
    for (const { type, place } of list) {
      if (type === 'put') expected.set(keyOf(place), place);
      else expected.delete(keyOf(place));
    }
  }
  await print();
} finally {
  for (const { child } of subjects) if (child.connected) child.disconnect();
}

async function start(name: string, index: 'shared' | 'own'): Promise<Subject> {
  const args = ['--index', index, '--workers', String(workers), '--port', '0'];
  if (records < Infinity) args.push('--records', String(records));
  const child = fork(new URL('./main.ts', import.meta.url), args);
  return { name, child, origin: await heard(child), runs: [] };
}

async function ask<T>({ child }: Subject, question: Question): Promise<T> {
  child.send(question);
  return heard(child);
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

/** Every second one adds a place, the others take one away that was there from the beginning. */
function updatesOf(round: number): Update[] {
  return Array.from({ length: updates }, (_, i): Update => {
    const n = round * updates + i;
    const place = places[(n * 7919) % places.length];
    if (n % 2 === 1) return { type: 'delete', place };
    return { type: 'put', place: { ...place, id: places.length + n } };
  });
}

/** Searches for some seconds, while `list` is applied one after the other. */
async function load(subject: Subject, list: readonly Update[]): Promise<Run> {
  const { origin } = subject;
  const before = await ask<NodeJS.CpuUsage>(subject, 'processor');
  const searching = autocannon({
    url: origin,
    connections,
    duration: seconds,
    requests: searches.map((typed) => ({ path: pathOf(typed) })),
  });
  await Promise.all([searching, apply(origin, list)]);
  const { requests, latency, errors, non2xx } = await searching;
  assert.deepEqual({ errors, non2xx }, { errors: 0, non2xx: 0 });
  assert.ok(requests.total > 0);
  const after = await ask<NodeJS.CpuUsage>(subject, 'processor');
  const micros = after.user + after.system - before.user - before.system;
  return { perSecond: requests.average, p99: latency.p99, micros: micros / requests.total };
}

async function apply(origin: string, list: readonly Update[]): Promise<void> {
  for (const { type, place } of list) {
    const { id, name, country } = place;
    const query = new URLSearchParams({ id: String(id), name, country });
    const method = type === 'put' ? 'PUT' : 'DELETE';
    const { status } = await fetch(`${origin}/place?${query}`, { method });
    assert.equal(status, 204);
    await sleep((seconds * 1000) / list.length / 2);
  }
}

async function print(): Promise<void> {
  console.log(
    `${count(places.length)} places, ${workers} workers, ${connections} connections, ` +
      `${rounds} rounds of ${seconds} s with ${updates} updates each, ` +
      `Node ${process.version}\n`,
  );
  const line = (name: string, cells: string[]) =>
    console.log(name.padEnd(20) + cells.map((cell) => cell.padStart(17)).join(''));
  line('', ['requests/s', 'p99', 'CPU a request', 'heaps, arena', 'whole process']);
  for (const subject of subjects) {
    await compare(subject);
    const { heaps, arena, process: all } = await ask<Memory>(subject, 'memory');
    const of = (figure: keyof Run) => median(subject.runs.map((run) => run[figure]));
    line(subject.name, [
      count(of('perSecond')),
      `${of('p99')} ms`,
      `${count(of('micros'))} µs`,
      megabytes(heaps + arena),
      megabytes(all),
    ]);
  }
  const answers = `${COMPARED} searches of each worker of both`;
  console.log(`\n${answers} answered as a sorted array of ${count(expected.size)} places does`);
}

/** Asks until each worker has answered each of some searches as `expected` does. */
async function compare({ name, origin }: Subject): Promise<void> {
  const sorted = [...expected].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  for (let i = 0; i < COMPARED; i++) {
    const typed = searches[Math.floor((i * SEARCHES) / COMPARED)];
    const right = first(sorted, fold(typed));
    const asked = new Set<string>();
    for (let tries = 0; asked.size < workers; tries++) {
      if (tries === 1000 * workers) throw new Error(`${name}: a worker does not answer`);
      const { worker, body } = await complete(new URL(pathOf(typed), origin));
      assert.deepEqual(JSON.parse(body), right, `${name}, worker ${worker}: ${typed}`);
      asked.add(worker);
    }
  }
}

function first(sorted: readonly [string, Place][], prefix: string): Place[] {
  const found: Place[] = [];
  for (const [key, place] of sorted) {
    if (key.startsWith(prefix) && found.push(place) === SHOWN) break;
  }
  return found;
}

/** By a connection of its own, so that the system chooses the worker anew. */
async function complete(url: URL): Promise<{ worker: string; body: string }> {
  const [response] = await once(get(url, { agent: false }), 'response');
  return { worker: response.headers['x-worker'], body: await text(response) };
}

function pathOf(typed: string): string {
  return `/complete?q=${encodeURIComponent(typed)}`;
}

function median(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
