// The jobs that test workers do, on the built packages.

import { u32 } from '@x/shm-arena/codec';
import { desk, mapJobs, random, userKey, work } from '@x/testkit/worker';
import { AvlBatch } from '../../dist/index.js';

const { args, arena, finish, handle, pause, repeat, stopped } = desk;
const options = { value: u32, batch: args.batch };
const map = AvlBatch.attach(arena, handle, options);

/** Until told to stop, with the event loop running. */
const idle = async () => {
  while (!stopped()) await new Promise((resolve) => setTimeout(resolve, 1));
};

/**
 * Queues, as often as it takes: while the queue is full, whoever builds has to get on. Returns
 * undefined when this thread was told to stop before.
 */
function put(write) {
  for (;;) {
    try {
      return write();
    } catch (error) {
      if (error.code !== 'QUEUE_FULL') throw error;
      if (stopped()) return undefined;
      pause(1);
    }
  }
}

const working = {
  type: AvlBatch,
  settle(map, said) {
    map.flushSync();
    return said !== undefined && map.result(said).outcome === 'done';
  },
  calls(map) {
    const ticket = map.set('b', 1);
    return [
      ...[() => map.compareAndSet('a', 1, 2), () => map.count(), () => map.at(0)],
      ...[() => map.build(), () => map.compact(), () => map.flushSync(), () => map.result(ticket)],
    ];
  },
  sights: (snapshot) => [
    [...snapshot.entries({ reverse: true })].reverse(),
    Array.from({ length: snapshot.size }, (_, n) => snapshot.at(n)),
  ],
  /** Builds where the queue is full: there may be nobody else. */
  put(map, write) {
    for (;;) {
      try {
        return write();
      } catch (error) {
        if (error.code !== 'QUEUE_FULL') throw error;
        map.flushSync();
      }
    }
  },
};

const jobs = {
  ...mapJobs(desk, map, working),

  /** Sets rising keys of its own until told to stop or killed; the count says how many are in. */
  queueUp({ base, most = Infinity }) {
    return repeat(most, (n) => put(() => map.set(userKey(base + n), n)) !== undefined);
  },

  /** Raises one number of its own by 1, again and again: each step only if the one before took. */
  chain({ key, most = Infinity }) {
    return repeat(most, (n) => {
      const next = () => map.compareAndSet(key, n === 0 ? undefined : n, n + 1);
      return put(next) !== undefined;
    });
  },

  /** Raises a number that all raise, `times` times; reads it anew when it was raised meanwhile. */
  raise({ key, times }) {
    let tries = 0;
    for (let raised = 0; raised < times; ) {
      const found = map.get(key);
      const ticket = map.compareAndSet(key, found, (found ?? 0) + 1);
      map.flushSync();
      if (map.result(ticket).outcome === 'done') raised++;
      tries++;
      finish();
    }
    return tries;
  },

  /** Sets, inserts, deletes and reads random keys until told to stop, `most` times at most. */
  mix({ keys, seed, most = 20_000 }) {
    const below = random(seed);
    return repeat(most, () => {
      const key = userKey(below(keys));
      const kind = below(5);
      if (kind === 0) put(() => map.delete(key));
      else if (kind === 1) map.get(key, { pending: true });
      else if (kind === 2) put(() => map.insert(key, below(1e6)));
      else put(() => map.set(key, below(1e6)));
    });
  },

  /** Builds by hand, until told to stop or killed; rebuilds now and then. */
  build({ compactEach = 7 }) {
    let applied = 0;
    for (let n = 1; !stopped(); n++) {
      applied += map.build().applied;
      if (n % compactEach === 0) map.compact();
      finish();
    }
    return applied;
  },

  /** Has a builder of its own, until told to stop or killed. */
  async builder({ worker = false }) {
    const errors = [];
    const builder = map.startBuilder({ worker, onError: (error) => errors.push(error.code) });
    finish();
    await idle();
    await builder.stop();
    return { running: builder.running, errors };
  },

  /** Starts a builder and leaves the arena; returns whether it ran before and after. */
  async leaveWithBuilder({ worker }) {
    const other = AvlBatch.attach(arena, handle, options);
    const builder = map.startBuilder({ worker });
    await map.settled(map.set('a', 1));
    const { running } = builder;
    arena.detach();
    other.close();
    return [running, builder.running];
  },

  /** Reads keys that are there and stay, until told to stop; returns what it missed. */
  read({ count, seed }) {
    const below = random(seed);
    const missed = [];
    while (!stopped()) {
      const n = below(count);
      const keys = [userKey(n), userKey(below(count)), 'nothing'];
      if (map.get(userKey(n)) !== n) missed.push(n);
      const [a, b, none] = map.getMany(keys);
      if (a !== n || b === undefined || none !== undefined) missed.push([n, a, b, none]);
      const [found] = map.at(map.rank(userKey(n)));
      if (found !== userKey(n)) missed.push([n, found]);
      finish();
    }
    return missed;
  },

  /** Queues `count` keys and leaves them there, saying nothing to anybody. */
  leave({ base, count }) {
    for (let n = 0; n < count; n++) {
      map.set(userKey(base + n), n);
      finish();
    }
    return count;
  },

  /** Queues and flushes, one after the other; each must see its own. */
  async flushes({ base, times }) {
    let missed = 0;
    for (let n = 0; n < times && !stopped(); n++) {
      put(() => map.set(userKey(base + n), n));
      await map.flush();
      if (map.get(userKey(base + n)) !== n) missed++;
      finish();
    }
    return missed;
  },
};

await work(map, jobs);
