// The jobs that test workers do, on the built packages.

import { bytes, u32 } from '@x/shm-arena/codec';
import { desk, mapJobs, random, userKey, work, writableJobs } from '@x/testkit/worker';
import { Masstree } from '../../dist/index.js';

const { arena, finish, handle, repeat } = desk;
const map = Masstree.attach(arena, handle, { value: u32 });

const working = {
  type: Masstree,
  settle: (_, said) => said === true,
  calls: (of) => [
    ...[() => of.swap('a', 1), () => of.take('a'), () => of.update('a', () => 1)],
    ...[() => of.clear(), () => of.deleteRange({}), () => of.maintain(), () => of.stats()],
    () => of.bulkLoad([['a', 1]]),
  ],
  sights: (snapshot) => [[...snapshot.entries({ reverse: true })].reverse()],
  put: (_, write) => write(),
};

const jobs = {
  ...mapJobs(desk, map, working),
  ...writableJobs(desk, map),

  /** Gives back a lock that was taken in this thread's name, as each write does. */
  unlock({ memory, lock }) {
    const words = new Int32Array(memory);
    // Not what the test rests on: so long, most of the time, the other one sleeps by then.
    Atomics.wait(words, lock, words[lock], 50);
    Atomics.store(words, lock, 0);
    map.set('a', 3);
    return true;
  },

  /** Sets the keys 0 to `keys` - 1 in turn, each to the same number in one round, on and on. */
  rounds({ keys }) {
    return repeat(Infinity, (n) => {
      map.set(userKey(n % keys), Math.floor(n / keys));
    });
  },

  /** Puts in and takes out keys around those that stay, which are even; what reads find wrong. */
  around({ keys, seed }) {
    const below = random(seed);
    return repeat(Infinity, () => {
      const key = userKey(1 + 2 * below(keys / 2));
      if (below(2) === 0) map.set(key, 1);
      else map.delete(key);
    });
  },

  /** Adds ascending keys and removes them from the other end, until told to stop. */
  queue({ length }) {
    return repeat(Infinity, (n) => {
      map.set(userKey(n), n);
      if (n >= length) map.delete(userKey(n - length));
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

  /** Loads `count` keys from `from` on, counting; whether they are the map's. */
  load({ from, count }) {
    function* entries() {
      for (let n = 0; n < count; n++) {
        finish();
        yield [userKey(from + n), n];
      }
    }
    try {
      map.bulkLoad(entries());
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  },

  /** Writes and reads values of all sizes in the map called `large`; how many were torn. */
  large({ keys, lengths, seed }) {
    const large = Masstree.open(arena, 'large', { value: bytes });
    const below = random(seed);
    let torn = 0;
    const look = (value) => {
      if (value?.some((byte) => byte !== value[0])) torn++;
    };
    repeat(Infinity, (n) => {
      const key = userKey(below(keys));
      const value = () => new Uint8Array(lengths[below(lengths.length)]).fill(n);
      const ways = [
        ...[() => large.set(key, value()), () => look(large.swap(key, value()))],
        ...[() => look(large.take(key)), () => look(large.get(key)), () => large.delete(key)],
        () => large.update(key, value),
      ];
      ways[below(ways.length)]();
    });
    large.close();
    return torn;
  },

  /** Walks over everything; how often a key that is there throughout was missed or doubled. */
  walk({ keys }) {
    let wrong = 0;
    repeat(Infinity, (n) => {
      const even = [...map.entries({ reverse: n % 2 === 1 })]
        .filter(([, value]) => value % 2 === 0)
        .map(([, value]) => value);
      if (n % 2 === 1) even.reverse();
      if (even.length !== keys / 2 || even.some((value, i) => value !== 2 * i)) wrong++;
    });
    return wrong;
  },
};

await work(map, jobs);
