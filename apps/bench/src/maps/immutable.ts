import { Map as ImmutableMap } from 'immutable';
import type { Key, Keys } from '../keys.ts';
import { addAnywhere, type Values } from '../values.ts';
import type { BenchMap } from './map.ts';

/**
 * The persistent map of `immutable`: what fills it goes into one mutable copy, as its documentation
 * has it; each write elsewhere makes a new map.
 */
export function openImmutable(_: number, values: Values, keys: Keys): BenchMap {
  let map = ImmutableMap<Key, unknown>();
  return {
    fill(body) {
      map = map.withMutations((open) => {
        map = open;
        body();
      });
    },
    clear() {
      map = map.clear();
    },
    set(key, value) {
      map = map.set(key, value);
    },
    get: (key) => map.get(key),
    delete(key) {
      map = map.delete(key);
    },
    update(key, change) {
      map = map.update(key, change);
    },
    each(sum) {
      for (const [key, value] of map) sum = addAnywhere(sum, key, value, values, keys);
      return sum;
    },
    close() {
      map = map.clear();
    },
  };
}
