// The chapter on @x/hamt: what the workers compute for a region they keep in one cache, which has
// room for some of them; one worker changes what they are made of, in a map that is exported
// meanwhile, as of one instant each time.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Hamt, type HamtSnapshot } from '@x/hamt';
import { Cache } from '@x/hamt/cache';
import { SortedTable, writeTable } from '../sstable.ts';
import type { Chapter, Tour } from './chapter.ts';
import { checkArena, during, expectEqual, timed } from './chapter.ts';
import { Wrong } from './data.ts';
import { Regions, type Result, resultCodecs, revisionCodecs } from './regions.ts';
import { count, megabytes, rate } from './report.ts';

export const chapters: Chapter[] = [
  ['Results', 'all workers keep what they compute in one cache, while one makes it old', results],
];

/** How often the writer goes through all regions. */
const PASSES = 2;
/** The cache has room for one region of so many. */
const SCARCE = 3;
/** The most exports; each is written to a file and read again. */
const EXPORTS = 20;

async function results(tour: Tour): Promise<string> {
  const { arena, crew, report, source } = tour;
  const regions = new Regions(source);
  const size = regions.names.length;
  const revisions: Hamt<string, number> = Hamt.from(
    arena,
    regions.names.map((name): [string, number] => [name, 0]),
    { name: 'revisions', ...revisionCodecs },
  );
  const maxEntries = Math.ceil(size / SCARCE);
  const cache: Cache<string, Result> = Cache.create(arena, {
    ...{ name: 'results', maxEntries },
    ...resultCodecs,
  });

  const [writer] = crew.everyone();
  const writes = PASSES * size;
  const work = crew.run('results', { writer, passes: PASSES, seed: 23 });
  const timing = timed(report.progress('writes', writes, () => crew.progress(), work));
  /** A credit, of one entry here, and a value for each thread that writes. */
  const most = maxEntries + 2 * crew.size;
  let exports = 0;
  await during(work, () => {
    if (cache.size > most) throw new Wrong(`${cache.size} entries, at most ${most}`);
    const least = Atomics.load(crew.finished, writer);
    using instant = revisions.snapshot();
    const begun = Atomics.load(crew.finished, writer) + 1;
    const written = regions.checkInstant(exported(tour, instant), least, begun);
    expectEqual('size', instant.size, size);
    // The snapshot shows what it did, whatever was written since.
    regions.checkInstant(instant.entries(), written, written);
    report.checked(2 * size);
    return ++exports < EXPORTS;
  });
  const ms = await timing;
  const fetched = (await work).reduce((sum, each) => sum + each);
  report.checked(fetched);
  report.line(`${count(writes)} writes by one of them`, rate(writes, ms));
  report.line('results fetched by all meanwhile', rate(fetched, ms));
  const { hits, misses, fills, evictions, entries } = cache.stats();
  const found = `${Math.round((100 * hits) / (hits + misses))} %`;
  report.line('found in the cache', `${found}; computed ${count(fills)} times, by one each time`);
  report.line(
    `room for ${count(maxEntries)} of ${count(size)}`,
    `${count(entries)} there, ${count(evictions)} left for others`,
  );
  report.line('exported meanwhile', `${exports} times, each one instant`);

  regions.checkInstant(revisions.entries(), writes, writes);
  let kept = 0;
  for (const [name, result] of cache.entries()) {
    regions.check(name, result, writes, writes);
    kept++;
  }
  report.checked(size + kept);
  checkArena(tour, arena);
  const bytes = cache.stats().memory.bytes + revisions.stats().bytes;
  cache.destroy();
  revisions.destroy();
  arena.recover();
  report.line('destroyed', `${megabytes(bytes)} given back`);
  expectEqual('structures', arena.stats().structures.length, 1);
  return `${count(fetched)} results right during ${count(writes)} writes, ${exports} exports`;
}

/** A snapshot's entries, by way of a file. */
function exported({ folder }: Tour, instant: HamtSnapshot<string, number>): [string, number][] {
  const path = join(folder, 'revisions.table');
  const rows = [...instant].map(([key, value]) => ({ key, value, bytes: Buffer.from(key) }));
  rows.sort((a, b) => Buffer.compare(a.bytes, b.bytes));
  try {
    writeTable(
      path,
      rows.map(({ key, value }) => ({ key, value, tombstone: false })),
      revisionCodecs,
    );
    using table = new SortedTable<string, number>(path, revisionCodecs);
    return [...table.entries()].map(({ key, value }) => [key, value as number]);
  } finally {
    rmSync(path, { force: true });
  }
}
