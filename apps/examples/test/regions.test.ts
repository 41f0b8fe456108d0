import { describe, expect, test } from 'vitest';
import { Source } from '../src/tour/data.ts';
import { Regions } from '../src/tour/regions.ts';

const regions = new Regions(new Source(3000));
const size = regions.names.length;
const [first, second] = regions.names;

/** All revisions after so many writes. */
function revisions(writes: number): [string, number][] {
  return regions.names.map((name, index) => [name, regions.revision(index, writes)]);
}

test('what a worker computes is right, at a revision that there was', () => {
  for (const name of regions.names)
    regions.check(name, regions.compute(name, 2), 2 * size, 3 * size);
  regions.check(first, regions.compute(first, 1), 0, 1);
  regions.check(second, regions.compute(second, 0), 0, 1);
});

test('all revisions at an instant say how many writes there were', () => {
  for (const writes of [0, 1, size, size + 7, 3 * size]) {
    expect(regions.checkInstant(revisions(writes), writes, writes)).toBe(writes);
  }
});

describe('refused are', () => {
  test.each([
    ['an old one', () => regions.compute(first, 1), 'at revision 2 to 2'],
    ['one that is too young', () => regions.compute(first, 3), 'at revision 2 to 2'],
    ['a place too many', () => ({ ...regions.compute(first, 2), places: 0 }), 'places at'],
    ['a wrong south', () => ({ ...regions.compute(first, 2), south: -91 }), '"south":-91'],
    ['a wrong north', () => ({ ...regions.compute(first, 2), north: 91 }), '"north":91'],
  ])('a result: %s', (_, result, message) => {
    expect(() => regions.check(first, result(), 2 * size, 2 * size)).toThrow(message);
  });

  test('a region that is none', () => {
    expect(() => regions.check('XX', regions.compute(first, 0), 0, 0)).toThrow('no region XX');
  });

  test('what is of two instants, too early, too late, or not whole', () => {
    const mixed = revisions(10).map((entry, i) => (i === 3 ? revisions(0)[3] : entry));
    expect(() => regions.checkInstant(mixed, 0, 20)).toThrow('expected revision');
    expect(() => regions.checkInstant(revisions(10), 11, 20)).toThrow('found 10');
    expect(() => regions.checkInstant(revisions(10), 0, 9)).toThrow('found 10');
    expect(() => regions.checkInstant(revisions(10).slice(1), 0, 20)).toThrow('regions at');
  });
});
