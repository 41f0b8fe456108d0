// What the threads of these contracts do.

import { random, shuffled, userKey } from '../random.ts';
import type { Desk, Jobs } from '../threads/jobs.ts';
import type { TestedWritableMap } from './world.ts';

type Tested = TestedWritableMap<string, number>;

/** The jobs that these contracts ask threads for, beside those of all maps. */
export const writableJobs = ({ finish, repeat, index }: Desk, map: Tested): Jobs => ({
  /** Adds 1 to keys by turns, in three ways; how many steps it made. */
  count({ keys, most = Infinity }: { keys: number; most?: number }) {
    return repeat(most, (n) => {
      const key = userKey(n % keys);
      if (n % 3 === 0) map.update(key, (old) => (old ?? 0) + 1);
      else if (n % 3 === 1) {
        for (let old = map.get(key); !map.compareAndSet(key, old, (old ?? 0) + 1); ) {
          old = map.get(key);
        }
      } else {
        // Out with it, and back with one more; who finds it gone begins with 1.
        const old = map.take(key) ?? 0;
        map.update(key, (now) => (now ?? 0) + old + 1);
      }
    });
  },

  /** Tries to take the keys 0 to `count` - 1, in an order of its own; the sum of what it got. */
  takeAll({ count, seed }: { count: number; seed: number }) {
    let sum = 0;
    for (const n of shuffled(count, seed)) {
      sum += map.take(userKey(n)) ?? 0;
      finish();
    }
    return sum;
  },

  /** Writes, exchanges and removes random keys in all ways, until told to stop. */
  mix({ keys, seed, most = 20_000 }: { keys: number; seed: number; most?: number }) {
    const below = random(seed);
    return repeat(most, () => {
      const key = userKey(below(keys));
      const value = below(1e6);
      const ways = [
        ...[() => map.set(key, value), () => map.swap(key, value), () => map.take(key)],
        ...[() => map.insert(key, value), () => map.replace(key, value), () => map.delete(key)],
        ...[() => map.getOrInsert(key, value), () => map.update(key, (n) => (n ?? 0) + index)],
        ...[() => map.compareAndDelete(key, map.get(key) ?? 0)],
        ...[() => map.setMany([[key, value]]), () => map.deleteMany([key])],
      ];
      ways[below(ways.length)]?.();
    });
  },
});
