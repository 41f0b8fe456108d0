// The chapters on an index, @x/avl-batch: a second order of the places, from south to north. The
// workers queue what they know, a builder in a thread of its own applies it, everybody reads.

import { AvlBatch, type AvlBatchSnapshot } from '@x/avl-batch';
import type { Chapter, Tour } from './chapter.ts';
import { checkArena, during, expectEqual, timed } from './chapter.ts';
import { indexCodecs, type Latitude, Wrong } from './data.ts';
import { count, megabytes, rate, seconds } from './report.ts';

export const chapters: Chapter[] = [
  ['Index', 'a second order of the places is built in the background', buildIndex],
  ['Reindex', 'all of it is written anew and rebuilt while other workers read', reindex],
];

const NAME = 'by latitude';
/** How often the writers write their share anew. */
const ROUNDS = 3;
type Index = AvlBatch<Latitude, number>;

async function buildIndex(tour: Tour): Promise<string> {
  const { arena, crew, report, source } = tour;
  using index: Index = AvlBatch.create<Latitude, number>(arena, { name: NAME, ...indexCodecs });
  const builder = index.startBuilder({ worker: true });
  const shares = crew.everyone().map((each) => source.share(each, crew.size));
  const work = crew.run('index', { from: 1, to: 1 });
  let looks = 0;
  const timing = timed(report.progress('queued', source.size, () => crew.progress(), work));
  await during(work, () => {
    const before = crew.finished.slice();
    using snapshot = index.snapshot();
    report.checked(checkBeginnings(snapshot, shares));
    looks++;
    // What is not visible yet is not lost: it was queued, and waits.
    const known = before.reduce((sum, calls) => sum + calls);
    if (snapshot.size > source.size || known > source.size) throw new Wrong('too many entries');
  });
  const ms = await timing;
  const full = (await work).reduce((sum, times) => sum + times);
  const what = `${count(source.size)} entries by ${crew.size} workers`;
  report.line(what, rate(source.size, ms));
  report.line('snapshots taken meanwhile', `${looks}, each a beginning of every worker's writes`);
  report.line('pauses of a worker for its queue was full', count(full));
  checkIndex(tour, index, 1);
  const { height, version } = index.stats();
  report.line('the tree', `${count(Number(version))} versions, ${height} levels`);
  await builder.stop();
  return `${what}, ${rate(source.size, ms)}, visible and in order`;
}

async function reindex(tour: Tour): Promise<string> {
  const { arena, crew, report, source } = tour;
  const index: Index = AvlBatch.open<Latitude, number>(arena, NAME, indexCodecs);
  const builder = index.startBuilder({ worker: true });
  const everyone = crew.everyone();
  const writers = everyone.slice(0, everyone.length >> 1);
  const readers = everyone.slice(everyone.length >> 1);
  using before = index.snapshot();
  const newest = 1 + ROUNDS;
  const work = crew.run('index', { from: 2, to: newest }, writers);
  const order = { to: newest, rounds: ROUNDS, writers, seed: 11 };
  const reading = crew.run('readIndex', order, readers);
  const rows = writers.reduce((sum, each) => sum + source.share(each, crew.size).length, 0);
  const writes = ROUNDS * rows;
  const ms = await timed(report.progress('queued', writes, () => crew.progress(), work));
  const reads = (await reading).reduce((sum, each) => sum + each);
  report.checked(reads);
  report.line(`${count(writes)} entries written anew`, rate(writes, ms));
  report.line(
    'read meanwhile',
    `${count(reads)} by index, rank, count and range, all as in the source`,
  );
  const { version } = index.stats();
  const start = performance.now();
  index.compact();
  const compacting = performance.now() - start;
  report.line(`version ${version} rebuilt in an order for caches`, `in ${seconds(compacting)}`);
  await crew.run('index', { from: newest, to: newest }, readers);
  checkIndex(tour, index, newest);
  expectEqual(
    'entries of the snapshot',
    [...before.values()].filter((rev) => rev === 1).length,
    source.size,
  );
  report.line('a snapshot from before', `${count(before.size)} entries, all as they were`);
  checkArena(tour, arena);
  const { bytes } = index.stats();
  await builder.stop();
  before.close();
  index.destroy();
  arena.recover();
  const { structures, pinned } = arena.stats();
  expectEqual('structures', structures.length, 1);
  expectEqual('bytes held back', pinned.bytes, 0);
  report.line('destroyed', `${megabytes(bytes)} given back`);
  return `${count(reads)} answers right during ${count(writes)} writes and their builds`;
}

/** Of each worker's writes a version shows a beginning: a prefix of its rows, in its order. */
function checkBeginnings(
  snapshot: AvlBatchSnapshot<Latitude, number>,
  shares: readonly number[][],
): number {
  const seen = new Set<number>();
  let last: Latitude = [-Infinity, 0];
  for (const [lat, row] of snapshot.keys()) {
    if (lat < last[0] || (lat === last[0] && row <= last[1])) throw new Wrong(`order at ${row}`);
    last = [lat, row];
    seen.add(row);
  }
  expectEqual('entries of a snapshot', seen.size, snapshot.size);
  for (const rows of shares) {
    const first = rows.findIndex((row) => !seen.has(row));
    const behind = first < 0 ? [] : rows.slice(first).filter((row) => seen.has(row));
    if (behind.length > 0) throw new Wrong(`row ${behind[0]} before row ${rows[first]}`);
  }
  return seen.size;
}

/** Walks the index and asks it for places, ranks and counts; all must be as in the source. */
function checkIndex({ report, source }: Tour, index: Index, rev: number): void {
  const rows = source.rowsByLatitude();
  let at = 0;
  for (const [[lat, row], found] of index.entries()) {
    const [expectedLat, expectedRow] = source.latitude(rows[at]);
    if (lat !== expectedLat || row !== expectedRow || found !== rev) {
      throw new Wrong(`place ${at}: expected row ${expectedRow}, found row ${row} at ${found}`);
    }
    at++;
  }
  expectEqual('entries', at, rows.length);
  expectEqual('size', index.size, rows.length);
  for (let n = 0; n < rows.length; n += 17) {
    const key = source.latitude(rows[n]);
    const found = index.at(n);
    expectEqual('row by index', found === undefined ? -1 : found[0][1], rows[n]);
    expectEqual('rank', index.rank(key), n);
    expectEqual('rows north of it', index.count({ gte: key }), rows.length - n);
  }
  report.checked(rows.length + 3 * Math.ceil(rows.length / 17));
}
