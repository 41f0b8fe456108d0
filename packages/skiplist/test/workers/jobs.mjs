// The jobs that test workers do, on the built packages.

import { u32 } from '@x/shm-arena/codec';
import { random, shuffled, userKey } from '../../../shm-arena/test/shared/random.mjs';
import {
  arena,
  expelled,
  finish,
  handle,
  hold,
  index,
  repeat,
  stopped,
  work,
} from '../../../shm-arena/test/shared/worker.mjs';
import { SkipList } from '../../dist/index.js';

const list = SkipList.attach(arena, handle, { value: u32 });

const jobs = {
  /** Sets `count` keys: `from`, `from + step`, … to their number. */
  fill({ from, count, step = 1 }) {
    for (let i = 0; i < count; i++) {
      list.set(userKey(from + i * step), from + i * step);
      finish();
    }
    return count;
  },

  /** Tries to insert the keys 0 to `count` - 1, in an order of its own; returns how many it won. */
  race({ count, seed }) {
    let won = 0;
    for (const n of shuffled(count, seed)) {
      if (list.insert(userKey(n), index)) won++;
      finish();
    }
    return won;
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

  /** Sets, deletes and reads random keys until told to stop, `most` times at most. */
  churn({ keys, seed, most = 20_000 }) {
    const below = random(seed);
    return repeat(most, () => {
      const key = userKey(below(keys));
      const kind = below(4);
      if (kind === 0) list.delete(key);
      else if (kind === 1) list.get(key);
      else list.set(key, below(1e6));
    });
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

  /** Sets rising keys of its own until told to stop or killed; the count says how many are in. */
  append({ base, most = Infinity }) {
    return repeat(most, (n) => list.set(userKey(base + n), n));
  },

  /** Writes 5 000 keys and then reads on and on, until a call throws. */
  useUntilClosed({ base }) {
    for (let n = 0; ; n++) {
      if (n < 5000) list.set(userKey(base + n), n);
      else list.get(userKey(base + (n % 5000)));
      finish();
    }
  },

  /** Takes snapshots and compares two looks through each, until told to stop. */
  snapshots() {
    let looks = 0;
    while (!stopped()) {
      const snapshot = list.snapshot();
      const once = JSON.stringify([...snapshot.entries()]);
      const twice = JSON.stringify([...snapshot.entries()]);
      const back = JSON.stringify([...snapshot.entries({ reverse: true })].reverse());
      snapshot.close();
      if (once !== twice || once !== back) return { torn: { once, twice, back } };
      looks++;
      finish();
    }
    return { looks };
  },

  /** Takes a snapshot, reports, and stays; its end is a kill. */
  hold: () => hold(list),

  /** Seals `times` times; returns the frozen lists' clocks. */
  seal({ times }) {
    const seqs = [];
    for (let i = 0; i < times; i++) {
      seqs.push(list.seal().seq);
      finish();
    }
    return seqs;
  },

  /** Waits until it was declared dead, alive as it is; returns what its calls say then. */
  expelled() {
    return expelled([
      () => list.set('a', 1),
      () => list.get('a'),
      () => list.getMany(['a']),
      () => [...list.entries()],
      () => list.writeBatch([{ type: 'delete', key: 'a' }]),
      () => list.seal(),
      () => list.snapshot(),
    ]);
  },

  /** Opens by name with the rest, from many threads at once. */
  openOrCreate({ name, key }) {
    const opened = SkipList.openOrCreate(arena, { name, value: u32 });
    opened.set(key, index);
    return JSON.stringify(opened.handle);
  },
};

await work(list, jobs);
