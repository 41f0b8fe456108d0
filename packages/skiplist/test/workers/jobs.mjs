// The jobs that test workers do, on the built packages.

import { u32 } from '@x/shm-arena/codec';
import { desk, mapJobs, random, shuffled, userKey, work } from '@x/testkit/worker';
import { SkipList } from '../../dist/index.js';

const { arena, finish, handle, repeat } = desk;
const list = SkipList.attach(arena, handle, { value: u32 });

const working = {
  type: SkipList,
  settle: (_, said) => said === true,
  calls: (list) => [
    ...[() => list.writeBatch([{ type: 'delete', key: 'a' }]), () => list.seal()],
    ...[() => list.getEntry('a'), () => list.update('a', () => 1), () => list.snapshotAt(1n)],
  ],
  sights: (snapshot) => [[...snapshot.entries({ reverse: true })].reverse()],
  put: (_, write) => write(),
};

const jobs = {
  ...mapJobs(desk, list, working),

  /** Sets `count` keys: `from`, `from + step`, … to their number. */
  fill({ from, count, step = 1 }) {
    for (let i = 0; i < count; i++) {
      list.set(userKey(from + i * step), from + i * step);
      finish();
    }
    return count;
  },

  /** Adds 1 to keys by turns, with compareAndSet and with update; how many steps it made. */
  count({ keys, steps }) {
    for (let i = 0; i < steps; i++) {
      const key = userKey(i % keys);
      if (i % 2 === 0) list.update(key, (n) => (n ?? 0) + 1);
      else {
        for (let n = list.get(key); !list.compareAndSet(key, n, (n ?? 0) + 1); n = list.get(key));
      }
      finish();
    }
    return steps;
  },

  /** Deletes the keys 0 to `count` - 1, in an order of its own; how many were there for it. */
  remove({ count, seed }) {
    let won = 0;
    for (const n of shuffled(count, seed)) {
      if (list.delete(userKey(n))) won++;
      finish();
    }
    return won;
  },

  /** Writes batches that give all keys of a group the same value, until told to stop. */
  batches({ groups, width, seed, most = 2000 }) {
    const below = random(seed);
    return repeat(most, () => {
      const group = below(groups);
      const value = below(2 ** 31);
      const operations = [];
      for (let i = 0; i < width; i++) {
        operations.push({ type: 'set', key: userKey(group * width + i), value });
      }
      list.writeBatch(operations);
    });
  },

  /** Seals `times` times; returns the frozen lists' clocks. */
  seal({ times }) {
    const seqs = [];
    for (let i = 0; i < times; i++) {
      seqs.push(list.seal().seq);
      finish();
    }
    return seqs;
  },
};

await work(list, jobs);
