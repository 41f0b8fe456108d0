// The tour: what the packages do, on real data, every result checked in the run.
//
//   node src/tour/tour.ts [--workers N] [--records N] [--spoil ROW]
//
// The main thread tells the story, chapter by chapter; the workers of crew.ts do the writing. A
// chapter that finds a wrong result throws: the tour ends there and exits with 1. To see that,
// --spoil writes a wrong value behind the tour's back, before the last two chapters.

import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Arena } from '@x/shm-arena';
import { SkipList } from '@x/skiplist';
import { atLeast } from '../arguments.ts';
import type { Tour } from './chapter.ts';
import { chapters as complete } from './complete.ts';
import { Crew } from './crew.ts';
import { ABSENT, codecs, Source } from './data.ts';
import { chapters as lookup } from './lookup.ts';
import { chapters as memtable } from './memtable.ts';
import { count, Report } from './report.ts';
import { chapters as results } from './results.ts';

const { values } = parseArgs({
  options: { workers: { type: 'string' }, records: { type: 'string' }, spoil: { type: 'string' } },
});
const workers = atLeast(2, values.workers ?? String(Math.min(availableParallelism(), 8)));
const source = new Source(values.records === undefined ? Infinity : atLeast(100, values.records));

const folder = mkdtempSync(join(tmpdir(), 'shm-tour-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const arena = Arena.create({ bytes: 2 ** 29 });
const emptyBytes = arena.stats().used;
const list = SkipList.create(arena, { name: 'places', ...codecs });
const crew = new Crew(arena, workers, source.size);
const report = new Report();
const expected = new Int32Array(source.size).fill(ABSENT);
const tour: Tour = { source, arena, list, crew, report, folder, emptyBytes, expected };

// The last two chapters end the arena.
const [early, last] = [memtable.slice(0, -2), memtable.slice(-2)];
const chapters = [...early, ...lookup, ...complete, ...results, ...last];
if (values.spoil !== undefined) {
  const row = atLeast(0, values.spoil);
  const spoil = async () => {
    list.set(source.key(row), source.place(row, 99));
    return `row ${row} is wrong now`;
  };
  chapters.splice(-2, 0, ['Spoil', 'a wrong value is written', spoil]);
}

const places = `${count(source.size)} places of GeoNames`;
console.log(`${places}, ${workers} workers, Node ${process.version}`);
try {
  await crew.hireAll();
  for (const [name, title, run] of chapters) {
    await report.chapter(name, title, () => run(tour));
  }
  report.table();
} catch (error) {
  console.error('\nThe tour has failed.', error);
  process.exitCode = 1;
} finally {
  await crew.dismiss();
}
