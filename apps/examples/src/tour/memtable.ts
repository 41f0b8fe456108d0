// The chapters on the memtable, @x/skiplist, from the first insert to the last byte given back.

import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Arena } from '@x/shm-arena';
import { SkipList } from '@x/skiplist';
import { SortedTable, writeTable } from '../sstable.ts';
import type { Chapter, Tour } from './chapter.ts';
import { checkArena, checkMap, during, expectEqual, nextRevision, timed } from './chapter.ts';
import { ABSENT, codecs, type Place, type PlaceKey } from './data.ts';
import { measure } from './footprint.ts';
import { count, megabytes, rate, seconds } from './report.ts';

export const chapters: Chapter[] = [
  ['Load', 'every worker inserts its share into one list', load],
  ['Memory', 'the list beside one Map a worker', compareMemory],
  ['Read', 'every worker reads and scans while all write', readWhileWriting],
  ['Snapshot', 'it stands still while the list moves on', takeSnapshot],
  ['Crash', 'a worker is terminated in the middle of its writes', survive],
  ['Seal', 'the list is frozen while all write on', seal],
  ['Flush', 'the frozen list becomes a sorted file', flush],
  ['Image', 'the whole arena is saved and loaded', saveAndLoad],
  ['Release', 'what is in the file leaves the memory', release],
];

async function load(tour: Tour): Promise<string> {
  const { crew, report, expected, list, source } = tour;
  const work = crew.run('load', undefined);
  const ms = await timed(report.progress('inserts', source.size, () => crew.progress(), work));
  expected.fill(0);
  const inserts = `${count(source.size)} inserts by ${crew.size} workers`;
  report.line(inserts, rate(source.size, ms));
  checkMap(tour, list);
  return `${inserts}, ${rate(source.size, ms)}`;
}

async function compareMemory({ arena, crew, report, source }: Tour): Promise<string> {
  const shared = arena.stats().used;
  const order = { records: source.size, handle: arena.handle };
  const maps = await measure(crew.size, { ...order, what: 'map' });
  const handles = await measure(crew.size, { ...order, what: 'list' });
  report.line(`a Map in each of ${crew.size} workers`, `${megabytes(maps)} of heap`);
  report.line('the list, in the arena', megabytes(shared));
  report.line(`its handles in ${crew.size} workers`, `${megabytes(handles)} of heap`);
  return `${megabytes(shared + handles)}, where ${crew.size} Maps take ${megabytes(maps)}`;
}

async function readWhileWriting(tour: Tour): Promise<string> {
  const { crew, report, expected, list, source } = tour;
  const rev = nextRevision(tour);
  const work = crew.run('writeAndRead', { rev, seed: 1 });
  const start = performance.now();
  const results = await report.progress('writes', source.size, () => crew.progress(), work);
  const ms = performance.now() - start;
  expected.fill(rev);
  const reads = results.reduce((sum, result) => sum + result.reads, 0);
  const scanned = results.reduce((sum, result) => sum + result.scanned, 0);
  report.checked(reads + scanned);
  report.line(`${count(source.size)} records written`, seconds(ms));
  report.line('read by key meanwhile', `${count(reads)}, none older than acknowledged`);
  report.line('scanned meanwhile', `${count(scanned)}, each once and in order`);
  checkMap(tour, list);
  return `${count(reads + scanned)} records read during ${count(source.size)} writes`;
}

async function takeSnapshot(tour: Tour): Promise<string> {
  const { crew, report, expected, list, source } = tour;
  const rows = source.sortedRows();
  const then = rows.map((row) => expected[row]);
  const rev = nextRevision(tour);
  using snapshot = list.snapshot();
  let walks = 0;
  const walk = () => {
    report.checked(source.checkAll(snapshot.entries(), rows, then));
    walks++;
  };
  const work = crew.run('thin', { rev });
  await during(work, walk);
  await work;
  walk();
  expected.forEach((_, row) => {
    expected[row] = row % 3 === 0 ? ABSENT : rev;
  });
  report.line('the list moved on', `${count(source.size)} to ${count(list.size)} records`);
  report.line('the snapshot stayed', `${count(snapshot.size)} records, walked ${walks} times`);
  checkMap(tour, list);
  return `stayed at ${count(snapshot.size)} records when the list had ${count(list.size)}`;
}

async function survive(tour: Tour): Promise<string> {
  const { arena, crew, report, expected, list, source } = tour;
  const [victim, ...survivors] = crew.everyone();
  const rev = nextRevision(tour);
  const others = crew.run('write', { rev }, survivors);
  const endless = crew.run('writeForEver', { rev }, [victim]).catch(() => 'terminated');
  const half = source.size / crew.size / 2;
  await during(endless, () => crew.finished[victim] < half);
  await crew.kill(victim);
  await endless;
  const finished = crew.finished[victim];
  report.line(`worker ${victim} ended after`, `${count(finished)} finished calls`);

  const start = performance.now();
  const { reaped, repaired } = arena.recover();
  const ms = performance.now() - start;
  report.line('recovered, while the others wrote on', `in ${ms.toFixed(1)} ms`);
  report.line('threads reaped, structures repaired', `${reaped}, ${repaired}`);
  expectEqual('threads reaped', reaped, 1);
  await others;

  const share = source.share(victim, crew.size);
  for (const index of survivors) {
    for (const row of source.share(index, crew.size)) expected[row] = rev;
  }
  const landed = keep(tour, share, rev, finished);
  report.line('kept', `every finished call; the one in flight had ${landed ? '' : 'not '}landed`);
  checkMap(tour, list);
  checkArena(tour, arena);

  await crew.hire(victim);
  const above = nextRevision(tour);
  await crew.run('write', { rev: above }, [victim]);
  for (const row of share) expected[row] = above;
  report.line('a new worker took the place', `and wrote ${count(share.length)} records again`);
  checkMap(tour, list);
  return `${count(finished)} finished calls of a dead worker, all kept`;
}

/**
 * Checks what is left of a worker that wrote `share` round after round, from revision `rev` on, and
 * ended after `finished` calls: each of these must be there, and of the next one all or nothing.
 * Returns whether the next one had landed.
 */
function keep(tour: Tour, share: number[], rev: number, finished: number): boolean {
  const { expected, list, report, source } = tour;
  let landed = false;
  for (const [position, row] of share.entries()) {
    const rounds = Math.max(0, Math.ceil((finished - position) / share.length));
    const last = rounds === 0 ? expected[row] : rev + rounds - 1;
    const inFlight = position === finished % share.length;
    const place = list.get(source.key(row));
    source.check(row, place, last, inFlight ? rev + rounds : last);
    expected[row] = place?.rev ?? ABSENT;
    if (inFlight) landed = expected[row] !== last;
  }
  report.checked(share.length);
  return landed;
}

async function seal(tour: Tour): Promise<string> {
  const { crew, report, expected, list, source } = tour;
  const rows = source.sortedRows();
  const old = rows.map((row) => expected[row]);
  const rev = nextRevision(tour);
  const work = crew.run('write', { rev });
  await during(work, () => crew.progress() < source.size / 2);
  const before = crew.finished.slice();
  const frozen = list.seal();
  const after = crew.finished.slice();
  await report.progress('writes', source.size, () => crew.progress(), work);
  expected.fill(rev);
  const sealedAt = before.reduce((sum, calls) => sum + calls);
  report.line('sealed after', `${count(sealedAt)} of ${count(source.size)} writes`);
  checkMap(tour, list); // Nothing lost, nothing doubled: reads look through both lists.

  // Finished before the seal: frozen. Begun after it: not. In between: one or the other.
  const call = (row: number) => Math.floor(row / crew.size);
  const least = rows.map((row, i) => (call(row) < before[row % crew.size] ? rev : old[i]));
  const most = rows.map((row, i) => (call(row) <= after[row % crew.size] ? rev : old[i]));
  report.checked(source.checkAll(frozen.entries(), rows, least, most));
  const { entries, live } = frozen.stats();
  expectEqual('live keys', live, rows.length);
  report.line('the frozen list', `${count(entries)} versions of ${count(live)} keys`);
  return `after ${count(sealedAt)} of ${count(source.size)} writes, none lost, none doubled`;
}

async function flush(tour: Tour): Promise<string> {
  const { report, list, source } = tour;
  const [frozen] = list.frozen();
  const start = performance.now();
  const newest = frozen.entries({ tombstones: true });
  const { entries, bytes } = writeTable(tablePath(tour), newest, codecs);
  const ms = performance.now() - start;
  report.line(`${count(entries)} records written`, `${megabytes(bytes)} in ${seconds(ms)}`);
  const revs = Array.from(frozen.values(), (place) => place.rev);
  checkTable(tour, source.sortedRows(), revs);
  return `${count(entries)} records, ${megabytes(bytes)}, read back and equal`;
}

/** Reads the whole file back, then single keys of it. */
function checkTable(tour: Tour, rows: number[], revs: number[]): void {
  const { report, source } = tour;
  using table = new SortedTable(tablePath(tour), codecs);
  expectEqual('entries in the file', table.size, rows.length);
  report.checked(source.checkAll(pairs(table), rows, revs));
  for (let i = 0; i < rows.length; i += 10) {
    source.check(rows[i], table.get(source.key(rows[i]))?.value, revs[i]);
    report.checked(1);
  }
  report.line('read back', `${count(table.size)} records, equal to the frozen list`);
}

async function saveAndLoad(tour: Tour): Promise<string> {
  const { arena, report, list } = tour;
  const path = join(tour.folder, 'arena.image');
  const saved = await timed(pipeline(arena.save(), createWriteStream(path)));
  const image = megabytes(statSync(path).size);
  report.line('saved', `${image} in ${seconds(saved)}`);

  const start = performance.now();
  const copy = await Arena.load(createReadStream(path));
  const copied = SkipList.open(copy, 'places', codecs);
  const loaded = performance.now() - start;
  report.line('loaded', `in ${seconds(loaded)}`);
  checkMap(tour, copied);
  expectEqual('frozen lists', copied.frozen().length, list.frozen().length);
  checkArena(tour, copy);
  copy.detach();
  return `${image} saved in ${seconds(saved)}, loaded in ${seconds(loaded)}, equal`;
}

async function release(tour: Tour): Promise<string> {
  const { arena, crew, report, expected, list, source } = tour;
  const full = arena.stats().used;
  for (const frozen of list.frozen()) frozen.destroy();
  arena.recover();
  report.line('memory before', megabytes(full));
  report.line('without the frozen list', megabytes(arena.stats().used));

  // How a storage engine reads: the memtable first, then the file below it.
  using table = new SortedTable(tablePath(tour), codecs);
  let fromFile = 0;
  for (let row = 0; row < source.size; row++) {
    const key = source.key(row);
    let place = list.get(key);
    if (place === undefined) {
      place = table.get(key)?.value;
      fromFile++;
    }
    source.check(row, place, expected[row]);
  }
  report.checked(source.size);
  report.line(
    'records read',
    `${count(source.size - fromFile)} from memory, ${count(fromFile)} from the file`,
  );

  await crew.dismiss();
  list.destroy();
  arena.recover();
  const { used } = arena.stats();
  report.line('without the list', `${megabytes(used)}, the arena's own, as in the beginning`);
  expectEqual('bytes in use', used, tour.emptyBytes);
  checkArena(tour, arena);
  return `from ${megabytes(full)} back to ${megabytes(used)}, to the last byte`;
}

function tablePath({ folder }: Tour): string {
  return join(folder, 'places.table');
}

function* pairs(table: SortedTable<PlaceKey, Place>): Iterable<[PlaceKey, Place]> {
  for (const { key, value } of table.entries()) yield [key, value as Place];
}
