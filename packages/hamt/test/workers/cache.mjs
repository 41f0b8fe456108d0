// What test workers do with a cache, on the built packages.

import { u32 } from '@x/shm-arena/codec';
import { desk, random, userKey, work } from '@x/testkit/worker';
import { Cache } from '../../dist/cache.js';

const { arena, handle, repeat, finish, stopped } = desk;
const cache = Cache.attach(arena, handle, { value: u32 });

const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const jobs = {
  /** Reads and writes keys; how often one had the value of another. */
  churn({ keys, seed }) {
    const below = random(seed);
    let wrong = 0;
    repeat(Infinity, () => {
      const n = below(keys);
      const found = cache.get(userKey(n));
      if (found !== undefined && found !== n) wrong++;
      const draw = below(16);
      if (draw === 0) cache.delete(userKey(n));
      else if (draw === 1) cache.invalidateAll();
      else if (draw === 2) cache.beginFill(userKey(n))?.end(n);
      else if (found === undefined) cache.set(userKey(n), n, { ttl: 1 + below(3) });
    });
    return wrong;
  },

  /** Writes keys of up to `most` characters where there is no memory; how often none was found. */
  crowd({ most, seed }) {
    const below = random(seed);
    let refused = 0;
    repeat(Infinity, () => {
      const n = below(40_000);
      try {
        cache.set(userKey(n).padEnd(n % most, '.'), n);
      } catch (error) {
        if (error.code !== 'ARENA_FULL') throw error;
        refused++;
      }
    });
    return refused;
  },

  /** Fetches all keys, many at once; how often it was its turn to load. */
  async fetch({ keys }) {
    let loads = 0;
    const load = async (key) => {
      loads++;
      await later(1);
      return Number(key.slice(4));
    };
    const values = await Promise.all(
      Array.from({ length: keys }, (_, n) => cache.fetch(`key ${n}`, load)),
    );
    return { loads, wrong: values.filter((value, n) => value !== n).length };
  },

  /** Loads for ever. */
  async hang({ key }) {
    await cache.fetch(key, () => {
      finish();
      return new Promise(() => setInterval(() => {}, 1000));
    });
  },

  /** Gives its call up, and loads for who waits, until it is told that nobody does. */
  async untilTold({ key }) {
    const stop = new AbortController();
    const told = new Promise((resolve) => {
      const load = (_, { signal }) => {
        signal.addEventListener('abort', () => resolve(signal.reason));
        finish();
        return new Promise(() => {});
      };
      cache.fetch(key, load, { signal: stop.signal }).catch(() => {});
    });
    while (!stopped()) await later(1);
    stop.abort('gone');
    return await told;
  },

  /** Fills what is not there from a source that others change; `naive`: by get and set. */
  async source({ source, naive, seed }) {
    const below = random(seed);
    const read = async (n) => {
      const value = Atomics.load(source, n);
      if (below(2) === 0) await later(0);
      return value;
    };
    let fills = 0;
    while (!stopped()) {
      const n = below(source.length);
      const key = `key ${n}`;
      if (cache.get(key) !== undefined) await later(0);
      else if (naive) cache.set(key, await read(n));
      else {
        const fill = cache.beginFill(key);
        if (fill !== undefined) fill.end(await read(n));
      }
      fills++;
      finish();
    }
    return fills;
  },
};

await work(cache, jobs);
