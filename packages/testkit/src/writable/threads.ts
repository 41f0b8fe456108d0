// Many threads that write by condition: no step is lost, and of several that want one thing, one
// gets it.

import { u32 } from '@x/shm-arena/codec';
import { same, within } from '../assert.ts';
import { type Contract, over } from '../contract.ts';
import { random, userKey } from '../random.ts';
import type { MapSubject } from '../subject.ts';
import {
  Control,
  finished,
  type Spawn,
  type Start,
  starter,
  type Thread,
} from '../threads/control.ts';
import { content, type MapWorld } from '../world.ts';
import { type TestedWritableMap, WritableWorld } from './world.ts';

type Tested = TestedWritableMap<string, number>;

/** What a test with threads has at hand. */
class ThreadWorld extends WritableWorld {
  readonly map: Tested;
  private readonly start: Start;

  constructor(subject: MapSubject, context: MapWorld['context'], spawn: Spawn) {
    super(subject, context);
    this.start = starter(spawn);
    this.map = this.make<string, number>({ value: u32 });
  }

  /** A thread at a job. */
  thread(control: Control, index: number, job: string, args: Record<string, unknown>): Thread {
    return this.start(this.arena, this.map, control, index, job, args);
  }

  /** The map is sound, and nothing is kept for anybody. */
  sound(): void {
    this.arena.recover();
    same([this.map.verify().problems, this.arena.verify().problems], [[], []]);
    same(this.map.size, [...this.map.keys()].length);
    same(this.arena.stats().pinned, { oldest: undefined, bytes: 0 });
  }
}

interface ThreadTest {
  readonly name: string;
  run(world: ThreadWorld): Promise<void>;
}

const FOUR = [0, 1, 2, 3];

const tests: readonly ThreadTest[] = [
  {
    name: 'four threads that add to the same counters lose no step',
    async run(world) {
      const control = new Control();
      const most = 3000;
      const jobs = FOUR.map((n) => world.thread(control, n, 'count', { keys: 5, most }));
      control.go();
      await finished(jobs);
      const sum = [...world.map.values()].reduce((all, n) => all + n, 0);
      same([sum, world.map.size], [4 * most, 5]);
      world.sound();
    },
  },
  {
    name: 'what four threads take, each of it one has got',
    async run(world) {
      const control = new Control();
      const count = 3000;
      const entries = Array.from({ length: count }, (_, n): [string, number] => [
        userKey(n),
        n + 1,
      ]);
      world.map.setMany(entries);
      const { seed } = world.context;
      const jobs = FOUR.map((n) => world.thread(control, n, 'takeAll', { count, seed: seed + n }));
      control.go();
      const sums = (await finished(jobs)) as number[];
      same(
        sums.reduce((all, n) => all + n),
        (count * (count + 1)) / 2,
      );
      same(content(world.map), []);
      world.sound();
    },
  },
  {
    name: 'threads that write in all ways, and die of it, leave a sound map',
    async run(world) {
      const below = random(world.context.seed);
      for (let round = 0; round < 4; round++) {
        const control = new Control();
        const jobs = [0, 1, 2].map((n) =>
          world.thread(control, n, 'mix', { keys: 60, seed: below(1e9) }),
        );
        control.go();
        for (const [n, job] of jobs.entries()) await control.reached(job, n, 50 + below(200));
        for (const job of jobs) await job.terminate();
        world.sound();
        within(world.map.size, 0, 60);
        // Nothing that a dead thread had is in anybody's way.
        for (let n = 0; n < 60; n++) world.map.set(userKey(n), n);
        same(world.map.getMany([userKey(0), userKey(59)]), [0, 59]);
      }
    },
  },
];

/** What many threads that write by condition, and their deaths, leave of a map. */
export function writableThreads(subject: MapSubject, spawn: Spawn): Contract[] {
  return over(tests, (context) => new ThreadWorld(subject, context, spawn));
}
