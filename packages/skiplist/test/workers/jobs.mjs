// The jobs that test workers do, on the built packages. A finished call is counted in the shared
// words before the next one begins, so that the test knows after a kill what must be there.

import { parentPort, workerData } from 'node:worker_threads';
import { Arena } from '@x/shm-arena';
import { u32 } from '@x/shm-arena/codec';
import { SkipList } from '../../dist/index.js';

const { words, index, args } = workerData;
const arena = Arena.attach(workerData.arena);
const list = SkipList.attach(arena, workerData.list, { value: u32 });

const { slot, generation } = arena.participant;
Atomics.store(words, 3 + 2 * index, slot + (generation << 8));

const finish = () => Atomics.add(words, 2 + 2 * index, 1);
const stopped = () => Atomics.load(words, 1) === 1;
const keyOf = (n) => `user:${String(n).padStart(11, '0')}`;

function random(start) {
  let state = start >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const jobs = {
  /** Sets `count` keys: `from`, `from + step`, … to their number. */
  fill({ from, count, step = 1 }) {
    for (let i = 0; i < count; i++) {
      list.set(keyOf(from + i * step), from + i * step);
      finish();
    }
    return count;
  },

  /** Tries to insert the keys 0 to `count` - 1, in an order of its own; returns how many it won. */
  race({ count, seed }) {
    const below = random(seed);
    const order = Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const other = below(i + 1);
      [order[i], order[other]] = [order[other], order[i]];
    }
    let won = 0;
    for (const n of order) {
      if (list.insert(keyOf(n), index)) won++;
      finish();
    }
    return won;
  },

  /** Sets, deletes and reads random keys until told to stop, `most` times at most. */
  churn({ keys, seed, most = 20_000 }) {
    const below = random(seed);
    let calls = 0;
    while (!stopped() && calls < most) {
      const key = keyOf(below(keys));
      const kind = below(4);
      if (kind === 0) list.delete(key);
      else if (kind === 1) list.get(key);
      else list.set(key, below(1e6));
      finish();
      calls++;
    }
    return calls;
  },

  /** Writes batches that give all keys of a group the same value, until told to stop. */
  batches({ groups, width, seed, most = 2000 }) {
    const below = random(seed);
    let calls = 0;
    while (!stopped() && calls < most) {
      const group = below(groups);
      const value = below(2 ** 31);
      const operations = [];
      for (let i = 0; i < width; i++) {
        operations.push({ type: 'set', key: keyOf(group * width + i), value });
      }
      list.writeBatch(operations);
      finish();
      calls++;
    }
    return calls;
  },

  /** Sets rising keys of its own until told to stop or killed; the count says how many are in. */
  append({ base, most = Infinity }) {
    let n = 0;
    while (!stopped() && n < most) {
      list.set(keyOf(base + n), n);
      finish();
      n++;
    }
    return n;
  },

  /** Writes 5 000 keys and then reads on and on, until a call throws. */
  useUntilClosed({ base }) {
    for (let n = 0; ; n++) {
      if (n < 5000) list.set(keyOf(base + n), n);
      else list.get(keyOf(base + (n % 5000)));
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
  hold() {
    const snapshot = list.snapshot();
    const size = snapshot.size;
    finish();
    Atomics.wait(words, 1, 0);
    return [size, snapshot.size];
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

  /** Waits until it was declared dead, alive as it is; returns what its calls say then. */
  expelled() {
    finish();
    Atomics.wait(words, 1, 0);
    const calls = [
      () => list.set('a', 1),
      () => list.get('a'),
      () => list.getMany(['a']),
      () => [...list.entries()],
      () => list.writeBatch([{ type: 'delete', key: 'a' }]),
      () => list.seal(),
      () => list.snapshot(),
    ];
    return calls.map((call) => {
      try {
        call();
        return 'nothing';
      } catch (error) {
        return error.code;
      }
    });
  },

  /** Opens by name with the rest, from many threads at once. */
  openOrCreate({ name, key }) {
    const opened = SkipList.openOrCreate(arena, { name, value: u32 });
    opened.set(key, index);
    return JSON.stringify(opened.handle);
  },
};

Atomics.wait(words, 0, 0);
const result = jobs[workerData.job](args);
list.close();
arena.detach();
parentPort.postMessage(result);
