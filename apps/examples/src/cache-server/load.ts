// Loads the page server, with its shared cache and with caches in each worker in turns, and prints
// what each did. The same places are edited meanwhile, and each page that is asked for after its
// edit was answered must show it; in the end each worker must show what a page rendered here does.
//
//   node src/cache-server/load.ts [--workers N] [--connections N] [--rounds N] [--seconds N]
//                                 [--requests N a round] [--records N] [--updates N a round]
//                                 [--bytes N] [--seed N]

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { HEADS, loadOptions, printTable, Subject } from '../http/load.ts';
import { generator } from '../random.ts';
import { count, megabytes } from '../tour/report.ts';
import type { Counts } from './pages.ts';
import { readPlaces, render } from './places.ts';
import type { Kind } from './server.ts';

const { load, given } = loadOptions({ bytes: String(2 ** 23), seed: '7' });
const { workers, connections, rounds, seconds, updates } = load;

/** How many pages a connection asks for before it begins anew, and how many are compared. */
const ASKED = 4000;
const COMPARED = 50;
/** The k-th place is asked for as often as 1 / k^SKEW says. */
const SKEW = 0.99;
const SUBJECTS: [name: string, kind: Kind][] = [
  ['one shared cache', 'shared'],
  ['a part in each', 'parts'],
  ['a whole in each', 'wholes'],
];

const places = readPlaces(load.records);
const size = places.ends.length;
const random = generator(Number(given.seed));
const paths = Array.from({ length: connections }, () =>
  Array.from({ length: ASKED }, () => `/place/${draw()}`),
);
/** How often each was edited. */
const edits = new Int32Array(size);

const subjects: Subject[] = [];
try {
  const main = new URL('./main.ts', import.meta.url);
  for (const [name, kind] of SUBJECTS) {
    const args = ['--cache', kind, '--bytes', given.bytes];
    subjects.push(Subject.start(name, main, load, args));
  }
  await Promise.all(subjects.map((subject) => subject.ready()));
  for (let round = 0; round < rounds; round++) {
    const list = Array.from({ length: updates }, () => draw());
    for (const subject of subjects) {
      await subject.load(load, (connection) => paths[connection], apply(subject, list));
    }
    for (const id of list) edits[id]++;
  }
  await print();
} finally {
  for (const subject of subjects) subject.end();
}

/** A place; few of them often. */
function draw(): number {
  // The inverse of the sum of 1 / k^SKEW, which grows as k^(1 - SKEW).
  const share = random(2 ** 30) / 2 ** 30;
  const rank = Math.floor((1 + share * (size ** (1 - SKEW) - 1)) ** (1 / (1 - SKEW)));
  // Neighbours in the source are not alike in rank.
  return (rank * 7919) % size;
}

/** Edits one after the other, in half of the time, and looks whether it shows. */
async function apply({ name, origin }: Subject, list: readonly number[]): Promise<void> {
  const expected = edits.slice();
  for (const id of list) {
    const url = `${origin}/place/${id}`;
    assert.equal((await fetch(url, { method: 'POST' })).status, 204);
    const page = await (await fetch(url)).text();
    assert.match(page, new RegExp(`edited ${++expected[id]} times`), `${name}: ${id}`);
    await sleep((seconds * 1000) / list.length / 2);
  }
}

async function print(): Promise<void> {
  console.log(
    `${count(size)} pages, ${megabytes(Number(given.bytes))} of cache, ${workers} workers, ` +
      `${connections} connections, ${rounds} rounds of ${seconds} s with ${updates} edits each, ` +
      `seed ${given.seed}, Node ${process.version}\n`,
  );
  const rows: [string, string[]][] = [];
  for (const subject of subjects) {
    const { hits, misses, loads } = await subject.ask<Counts>('counts');
    const rate = `${((100 * hits) / (hits + misses)).toFixed(1)} %`;
    await compare(subject);
    rows.push([subject.name, [rate, count(loads), ...(await subject.cells())]]);
  }
  printTable(['hits', 'renderings', ...HEADS], rows);
  console.log(`\n${COMPARED} pages of each worker of all were as they are rendered here`);
}

/** Each worker must show some of the pages as they are; those that were edited are among them. */
async function compare(subject: Subject): Promise<void> {
  const ids = Array.from({ length: size }, (_, id) => id);
  const edited = ids.filter((id) => edits[id] > 0).slice(0, COMPARED / 2);
  const others = ids.filter((id) => edits[id] === 0).slice(0, COMPARED - edited.length);
  for (const id of [...edited, ...others]) {
    const right = render(places, id, edits[id]);
    await subject.askEach(`/place/${id}`, workers, (body, worker) => {
      assert.equal(body, right, `${subject.name}, worker ${worker}: ${id}`);
    });
  }
}
