// The numbers of seeded bugs stand in the kernels' sources and in the structures that hunt them. If
// two bugs of one kernel had a number by accident, both would be there at once, and a hunt would
// show only the one that is caught first.

import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, sourcesOf } from '../src/kernels.ts';
import { load, names } from '../src/registry.ts';
import type { Structure } from '../src/structure.ts';

/** How often the number of a bug stands in its kernel's sources, if not once. */
const PLACES: Record<string, Record<number, number>> = {
  skiplist: { 30: 2, 37: 2, 40: 2, 46: 2, 293: 2, 300: 2, 330: 2, 333: 2 },
  arena: { 14: 2, 19: 2, 100: 2, 107: 4, 201: 3, 230: 2, 232: 2, 234: 2 },
  reclaim: { 57: 2, 63: 3, 125: 2, 242: 2 },
  avl: { 75: 2, 80: 2, 81: 2, 142: 2, 305: 2 },
  'sorted-array': { 210: 2 },
  hamt: { 413: 2, 513: 2, 521: 2 },
  cache: { 556: 2 },
  masstree: { 401: 2, 403: 2, 409: 2, 412: 2, 413: 2, 425: 2, 439: 2, 447: 2 },
};

const structures = await Promise.all(names().map(load));

/** The files in which each number stands, once for each place. */
function placesIn(files: readonly string[]): Map<number, string[]> {
  const places = new Map<number, string[]>();
  for (const file of files) {
    for (const [, number] of readFileSync(file, 'utf8').matchAll(/\bMUTANT [!=]= (\d+)/g))
      places.set(Number(number), [...(places.get(Number(number)) ?? []), relative(ROOT, file)]);
  }
  return places;
}

test.each(structures)('$name: no two bugs of a kernel have the same number', (structure) => {
  const mutants = structure.mutants ?? [];
  expect(new Set(mutants.map(({ id }) => id)).size).toBe(mutants.length);
  for (const [kernel, folder] of Object.entries(structure.kernels)) {
    const places = placesIn(sourcesOf(folder).files);
    const own = mutants.filter((mutant) => mutant.kernel === kernel);
    const found = own.map(({ id }) => [id, places.get(id)?.length ?? 0]);
    expect(found).toEqual(own.map(({ id }) => [id, PLACES[structure.name]?.[id] ?? 1]));
  }
});

test('every seeded bug is hunted by a structure', () => {
  const hunted = new Set<string>();
  const found = new Set<string>();
  for (const { kernels, mutants = [] } of structures as Structure[]) {
    for (const [kernel, folder] of Object.entries(kernels)) {
      for (const [id, files] of placesIn(sourcesOf(folder).files)) {
        const known = mutants.some((mutant) => mutant.id === id && mutant.kernel === kernel);
        for (const file of files) (known ? hunted : found).add(`${id} in ${file}`);
      }
    }
  }
  expect([...found].filter((place) => !hunted.has(place))).toEqual([]);
});
