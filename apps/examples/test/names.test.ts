import { expect, test } from 'vitest';
import { Source } from '../src/tour/data.ts';
import { fold, Names, revisionAfter } from '../src/tour/names.ts';

const source = new Source(3000);
const names = new Names(source);
/** The first letters that many of these places have in common. */
const PREFIX = 'sa';
const LIMIT = 10;

/** What a map shows in which each row was written `writes` times. */
function shown(prefix: string, writes: number, limit = Infinity): [string, number][] {
  return [...names.keys.entries()]
    .map(([row, key]): [string, number] => [key, revisionAfter(row, writes)])
    .filter(([key, revision]) => key.startsWith(prefix) && revision >= 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, limit);
}

test('some of the places are spread evenly over all', () => {
  const all = new Source();
  const found = names.keys.map((_, row) => [source.key(row)[1], source.place(row, 1)]);
  const expected = names.keys.map((_, row) => {
    const one = Math.floor((row * all.size) / source.size);
    return [all.key(one)[1], all.place(one, 1)];
  });
  expect(found).toEqual(expected);
});

test('a name is found without its accents and capitals', () => {
  expect(fold('São Paulo')).toBe('sao paulo');
});

test.each([0, 1, 2])('what a search must show after %i writes of each row is right', (writes) => {
  for (const prefix of ['', PREFIX, 'san', 'q', 'no such place']) {
    const found = shown(prefix, writes);
    expect(names.check(prefix, found, Infinity, () => writes)).toBe(found.length);
    const some = found.slice(0, LIMIT);
    expect(names.check(prefix, some, LIMIT, () => writes)).toBe(some.length);
  }
});

test('a row whose write is in flight may be as before or as after', () => {
  const between = [() => 1, () => 2] as const;
  names.check(PREFIX, shown(PREFIX, 1), Infinity, ...between);
  names.check(PREFIX, shown(PREFIX, 2), Infinity, ...between);
  expect(() => names.check(PREFIX, shown(PREFIX, 0), Infinity, ...between)).toThrow('revision 0');
});

test.each<[string, string, (found: [string, number][]) => unknown]>([
  ['is missing', 'missing', (found) => found.splice(3, 1)],
  ['at the end is missing', 'missing', (found) => found.pop()],
  ['comes twice', 'missing', (found) => found.splice(3, 0, found[3])],
  ['is in the wrong place', 'missing|wrong place', (found) => found.reverse()],
  ['has an old revision', 'revision 1', (found) => found.splice(3, 1, [found[3][0], 1])],
  ['is none of these', 'wrong place', (found) => found.push(['sz', 2])],
])('a search is refused when an entry %s', (_, message, spoil) => {
  const found = shown(PREFIX, 2);
  spoil(found);
  expect(() => names.check(PREFIX, found, Infinity, () => 2)).toThrow(new RegExp(message));
});

test('a search is refused when it shows more than was asked for', () => {
  expect(() => names.check(PREFIX, shown(PREFIX, 2, 11), LIMIT, () => 2)).toThrow('at most 10');
});
