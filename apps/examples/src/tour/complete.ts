// The chapter on the map that all read and write at once, @x/masstree: while one worker writes, all
// of them complete what somebody has begun to type.

import { Masstree } from '@x/masstree';
import type { Chapter, Tour } from './chapter.ts';
import { checkArena, expectEqual, timed } from './chapter.ts';
import { fold, Names, nameCodecs, SHOWN } from './names.ts';
import { count, megabytes, rate } from './report.ts';

export const chapters: Chapter[] = [
  ['Complete', 'all workers search names by their beginnings while one of them writes', complete],
];

/** How often the writer goes through all places: an even number leaves none of them out. */
const PASSES = 2;
const NONE = () => 0;
const ALL = () => PASSES;

async function complete(tour: Tour): Promise<string> {
  const { arena, crew, report, source } = tour;
  const names = new Names(source);
  const map: Masstree<string, number> = Masstree.create(arena, { name: 'names', ...nameCodecs });
  await report.progress(
    'inserts',
    source.size,
    () => crew.progress(),
    crew.run('names', undefined),
  );
  report.checked(names.check('', map, Infinity, NONE));
  report.line(`${count(source.size)} names by ${crew.size} workers`, megabytes(map.stats().bytes));

  const [writer] = crew.everyone();
  const writes = PASSES * source.size;
  const work = crew.run('complete', { writer, passes: PASSES, seed: 5 });
  const ms = await timed(report.progress('writes', writes, () => crew.progress(), work));
  const results = await work;
  const sum = (key: 'searches' | 'places') => results.reduce((all, each) => all + each[key], 0);
  report.checked(sum('places'));
  report.line(`${count(writes)} writes by one of them`, rate(writes, ms));
  report.line('searches by all meanwhile', rate(sum('searches'), ms));
  report.checked(names.check('', map, Infinity, ALL));
  showSome(tour, names, map);

  expectEqual('size', map.size, source.size);
  checkArena(tour, arena);
  map.destroy();
  arena.recover();
  expectEqual('structures', arena.stats().structures.length, 1);
  return `${count(sum('searches'))} searches right during ${count(writes)} writes`;
}

/** What the map shows for some beginnings. */
function showSome({ report, source }: Tour, names: Names, map: Masstree<string, number>): void {
  for (const typed of ['Zür', 'new y', 'são p']) {
    const prefix = fold(typed);
    const found = [...map.entries({ prefix, limit: SHOWN })];
    report.checked(names.check(prefix, found, SHOWN, ALL));
    const towns = found.slice(0, 3).map(([key]) => {
      const [country, name] = source.key(Number(key.split('\t')[1]));
      return `${name} (${country})`;
    });
    report.line(`"${typed}…"`, towns.length === 0 ? 'none' : towns.join(', '));
  }
}
