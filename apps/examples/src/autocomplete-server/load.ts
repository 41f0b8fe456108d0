// Loads the autocomplete server, with its shared index and with an index in each worker in turns,
// and prints what both did. The same updates go to both meanwhile; when they are through, each
// worker of both must answer as a search through a sorted array does.
//
//   node src/autocomplete-server/load.ts [--workers N] [--connections N] [--rounds N] [--seconds N]
//                                        [--requests N a round] [--records N] [--updates N a round]

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { HEADS, loadOptions, printTable, Subject } from '../http/load.ts';
import { fold } from '../tour/names.ts';
import { count } from '../tour/report.ts';
import { keyOf, type Place, readPlaces, type Update } from './places.ts';

const { load } = loadOptions({});
const { workers, connections, rounds, seconds, updates } = load;

/** How many different searches there are, and how many of them are compared in the end. */
const SEARCHES = 1000;
const COMPARED = 50;
const SHOWN = 10;

const places = readPlaces(load.records);
const expected = new Map(places.map((place) => [keyOf(place), place]));
const searches = Array.from({ length: SEARCHES }, (_, i) => {
  const { name } = places[Math.floor((i * places.length) / SEARCHES)];
  return [...name].slice(0, 1 + (i % 5)).join('');
});
const paths = searches.map(pathOf);

const subjects: Subject[] = [];
try {
  const main = new URL('./main.ts', import.meta.url);
  subjects.push(Subject.start('one shared index', main, load, ['--index', 'shared']));
  subjects.push(Subject.start('one index a worker', main, load, ['--index', 'own']));
  await Promise.all(subjects.map((subject) => subject.ready()));
  for (let round = 0; round < rounds; round++) {
    const list = updatesOf(round);
    for (const subject of subjects) {
      await subject.load(load, () => paths, apply(subject.origin, list));
    }
    for (const { type, place } of list) {
      if (type === 'put') expected.set(keyOf(place), place);
      else expected.delete(keyOf(place));
    }
  }
  await print();
} finally {
  for (const subject of subjects) subject.end();
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

/** One after the other, in half of the time. */
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
  const rows: [string, string[]][] = [];
  for (const subject of subjects) {
    await compare(subject);
    rows.push([subject.name, await subject.cells()]);
  }
  printTable(HEADS, rows);
  const answers = `${COMPARED} searches of each worker of both`;
  console.log(`\n${answers} answered as a sorted array of ${count(expected.size)} places does`);
}

/** Each worker must answer each of some searches as `expected` does. */
async function compare(subject: Subject): Promise<void> {
  const sorted = [...expected].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  for (let i = 0; i < COMPARED; i++) {
    const typed = searches[Math.floor((i * SEARCHES) / COMPARED)];
    const right = first(sorted, fold(typed));
    await subject.askEach(pathOf(typed), workers, (body, worker) => {
      assert.deepEqual(JSON.parse(body), right, `${subject.name}, worker ${worker}: ${typed}`);
    });
  }
}

function first(sorted: readonly [string, Place][], prefix: string): Place[] {
  const found: Place[] = [];
  for (const [key, place] of sorted) {
    if (key.startsWith(prefix) && found.push(place) === SHOWN) break;
  }
  return found;
}

function pathOf(typed: string): string {
  return `/complete?q=${encodeURIComponent(typed)}`;
}
