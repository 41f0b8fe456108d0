// The jobs that test workers do, on the built packages.

import { u32 } from '@x/shm-arena/codec';
import { desk, mapJobs, random, userKey, work, writableJobs } from '@x/testkit/worker';
import { Hamt } from '../../dist/index.js';

const { arena, handle, repeat } = desk;
const map = Hamt.attach(arena, handle, { value: u32 });

const working = {
  type: Hamt,
  settle: (_, said) => said === true,
  calls: (of) => [
    ...[() => of.swap('a', 1), () => of.take('a'), () => of.update('a', () => 1)],
    ...[() => of.clear(), () => of.stats()],
  ],
  sights: () => [],
  put: (_, write) => write(),
};

const jobs = {
  ...mapJobs(desk, map, working),
  ...writableJobs(desk, map),

  /** Puts in and takes out keys around those that stay, which are even. */
  around({ keys, seed }) {
    const below = random(seed);
    return repeat(Infinity, () => {
      const key = userKey(1 + 2 * below(keys / 2));
      if (below(2) === 0) map.set(key, 1);
      else map.delete(key);
    });
  },

  /** Reads keys that are there throughout; how often one was not found, or had another value. */
  look({ keys, seed }) {
    const below = random(seed);
    let wrong = 0;
    repeat(Infinity, () => {
      const n = 2 * below(keys / 2);
      if (map.get(userKey(n)) !== n) wrong++;
    });
    return wrong;
  },

  /** Walks over everything; how often a key that is there throughout was missed or doubled. */
  walk({ keys }) {
    let wrong = 0;
    repeat(Infinity, () => {
      const even = [...map.values()].filter((value) => value % 2 === 0).sort((a, b) => a - b);
      if (even.length !== keys / 2 || even.some((value, i) => value !== 2 * i)) wrong++;
    });
    return wrong;
  },

  /** Takes snapshots; how often one was not what it was at first, or counted wrong. */
  still() {
    let wrong = 0;
    repeat(Infinity, () => {
      const snapshot = map.snapshot();
      const first = [...snapshot].join();
      if ([...snapshot].join() !== first || snapshot.size !== [...snapshot.keys()].length) wrong++;
      snapshot.close();
    });
    return wrong;
  },

  /** Forks the map, writes the fork, compares and destroys it; how often it was not what it was. */
  fork({ keys, seed }) {
    const below = random(seed);
    let wrong = 0;
    repeat(Infinity, () => {
      const fork = map.snapshot({ writable: true });
      const { size } = fork;
      const n = below(keys);
      const before = fork.snapshot();
      const had = fork.has(userKey(n));
      fork.set(userKey(n), keys);
      if (fork.size !== size + (had ? 0 : 1) || fork.get(userKey(n)) !== keys) wrong++;
      if ([...fork.diff(before, fork.snapshot())].length !== 1) wrong++;
      if ([...fork.keys()].length !== fork.size) wrong++;
      fork.destroy();
    });
    return wrong;
  },
};

await work(map, jobs);
