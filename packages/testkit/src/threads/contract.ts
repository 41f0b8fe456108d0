// Many threads over one map: none loses what it has written, snapshots stand still, one name is one
// map; and deaths: what was finished is there, nobody is stuck, and no memory is lost.

import { u32 } from '@x/shm-arena/codec';
import { same, within } from '../assert.ts';
import { type Contract, over } from '../contract.ts';
import { random, userKey } from '../random.ts';
import type { MapSubject, TestedMap } from '../subject.ts';
import { content, MapWorld } from '../world.ts';
import { Control, finished, type Spawn, type Start, starter, type Thread } from './control.ts';

/** Keys between two threads' first ones: more than a thread writes before it is stopped. */
const WIDE = 1e7;

/** What a test with threads has at hand. */
class ThreadWorld extends MapWorld {
  readonly start: Start;
  readonly map: TestedMap<string, number>;

  constructor(subject: MapSubject, context: MapWorld['context'], spawn: Spawn) {
    super(subject, context);
    this.start = starter(spawn);
    this.map = this.make<string, number>({ name: 'shared', value: u32 });
  }

  /** Threads at one job, which wait for `go`. */
  threads(
    control: Control,
    count: number,
    job: string,
    args: (index: number) => Record<string, unknown> = () => ({}),
  ): Thread[] {
    return Array.from({ length: count }, (_, index) =>
      this.start(this.arena, this.map, control, index, job, args(index)),
    );
  }

  /** The map is sound, and nothing is kept for anybody. */
  sound(): void {
    this.settle(this.map);
    this.arena.recover();
    same(this.map.verify().problems, []);
    same(this.arena.verify().problems, []);
    same(this.map.size, [...this.map.keys()].length);
    same(this.arena.stats().pinned, { oldest: undefined, bytes: 0 });
  }
}

interface ThreadTest {
  readonly name: string;
  run(world: ThreadWorld): Promise<void>;
}

const crowd: readonly ThreadTest[] = [
  {
    name: 'each insert of four threads has one winner',
    async run(world) {
      const control = new Control();
      const count = 2000;
      const seed = world.context.seed;
      const jobs = world.threads(control, 4, 'race', (index) => ({ count, seed: seed + index }));
      control.go();
      const won = (await finished(jobs)) as number[];
      same(
        won.reduce((sum, n) => sum + n),
        count,
      );
      const values = [...world.map.values()];
      same(
        won,
        [0, 1, 2, 3].map((index) => values.filter((value) => value === index).length),
      );
      same(world.map.size, count);
    },
  },
  {
    name: 'four writers lose nothing, and nothing is doubled',
    async run(world) {
      const control = new Control();
      const most = 3000;
      const jobs = world.threads(control, 4, 'append', (index) => ({ base: index * WIDE, most }));
      control.go();
      await finished(jobs);
      world.settle(world.map);
      const expected = [0, 1, 2, 3].flatMap((index) =>
        Array.from({ length: most }, (_, n) => [userKey(index * WIDE + n), n]),
      );
      same(content(world.map), expected);
      world.sound();
    },
  },
  {
    name: 'snapshots of another thread stand still while two write',
    async run(world) {
      const control = new Control();
      const seed = world.context.seed;
      const writers = world.threads(control, 2, 'churn', (n) => ({ keys: 100, seed: seed + n }));
      const reader = world.start(world.arena, world.map, control, 3, 'snapshots');
      control.go();
      for (let looks = 10; looks <= 100; looks += 10) {
        await control.reached(reader, 3, looks);
        world.settle(world.map);
      }
      control.stop();
      const [looked] = (await finished([reader, ...writers])) as [{ looks: number }];
      within(looked.looks, 100);
      world.sound();
    },
  },
  {
    name: 'one name, opened or created by four threads at once, is one map',
    async run(world) {
      const control = new Control();
      const jobs = world.threads(control, 4, 'openOrCreate', (n) => ({
        name: 'new',
        key: `k${n}`,
      }));
      control.go();
      const handles = (await finished(jobs)) as string[];
      same(new Set(handles).size, 1);
      const opened = world.type.open<string, number>(world.arena, 'new', { value: u32 });
      same(
        content(opened),
        [0, 1, 2, 3].map((index) => [`k${index}`, index]),
      );
    },
  },
  {
    name: 'a map destroyed under its users: their next call says CLOSED, memory comes back',
    async run(world) {
      const { arena, map } = world;
      const control = new Control();
      const jobs = world.threads(control, 2, 'useUntilClosed', (n) => ({ base: n * WIDE }));
      control.go();
      for (const [n, thread] of jobs.entries()) await control.reached(thread, n, 200);
      map.destroy();
      for (const { message } of jobs) same(await message, 'CLOSED');
      await Promise.all(jobs.map(({ gone }) => gone));
      arena.recover();
      same(arena.stats().structures.length, 0);
    },
  },
];

const deaths: readonly ThreadTest[] = [
  {
    name: 'a terminated writer loses no finished write, and nobody is stuck',
    async run(world) {
      const { arena, map } = world;
      const below = random(world.context.seed);
      const [survivor, control] = begun(world, 99 * WIDE, 10_000);
      for (let round = 0; round < 6; round++) {
        const base = round * WIDE;
        const [thread, own] = begun(world, base, 20_000, 'appendAndStay');
        await own.reached(thread, 0, 1 + below(500));
        await thread.terminate();
        const done = own.done(0);
        const report = arena.recover();
        same([report.reaped, report.deferred], [1, []]);
        world.settle(map);
        const seen = map.getMany(Array.from({ length: done + 1 }, (_, n) => userKey(base + n)));
        // The one call in flight may have landed.
        const expected = Array.from({ length: done }, (_, n): number | undefined => n);
        same(seen, [...expected, seen[done] === undefined ? undefined : done]);
      }
      control.stop();
      const [calls] = (await finished([survivor])) as [number];
      world.settle(map);
      const own = [...map.keys()].filter((key) => key >= userKey(99 * WIDE));
      same(own.length, calls);
      world.sound();
    },
  },
  {
    name: 'a terminated thread that held a snapshot lets go of it by recovery',
    async run(world) {
      const { arena, map } = world;
      world.fill(
        map,
        Array.from({ length: 4000 }, (_, n) => [userKey(n), n] as const),
      );
      const control = new Control();
      const [thread] = world.threads(control, 1, 'hold') as [Thread];
      control.go();
      await control.reached(thread, 0, 1);
      map.destroy();
      arena.recover();
      within(arena.stats().pinned.bytes, 1);
      const { used } = arena.stats();
      await thread.terminate();
      arena.recover();
      same(arena.stats().pinned, { oldest: undefined, bytes: 0 });
      within(arena.stats().used, 0, used - 1);
    },
  },
  {
    name: 'terminated threads of all kinds leave a sound map, and no memory behind',
    async run(world) {
      const { arena, map } = world;
      const below = random(world.context.seed + 1);
      for (let round = 0; round < 3; round++) {
        const control = new Control();
        const seed = below(1e6);
        const threads = ['churn', 'snapshots', 'hold'].map((job, index) =>
          world.start(arena, map, control, index, job, { keys: 200, seed: seed + index }),
        );
        control.go();
        await control.reached(threads[0] as Thread, 0, 20 + below(100));
        // One that has not begun may not hold the lock yet that tells of its death.
        for (const index of [1, 2]) await control.reached(threads[index] as Thread, index, 1);
        for (const thread of threads) await thread.terminate();
        world.sound();
      }
      map.destroy();
      arena.recover();
      same(arena.stats().structures, []);
    },
  },
  {
    name: 'EXPELLED from every call of a thread that was declared dead',
    async run(world) {
      const { arena, map } = world;
      const control = new Control();
      const [thread] = world.threads(control, 1, 'expelled') as [Thread];
      control.go();
      await control.reached(thread, 0, 1);
      arena.bury(control.participant(0));
      control.stop();
      const [codes] = (await finished([thread])) as [string[]];
      same([...new Set(codes)], ['EXPELLED']);
      world.sound();
      same(map.has('a'), false);
    },
  },
];

/** A thread that appends from `base` on, and its words. */
function begun(world: ThreadWorld, base: number, most: number, job = 'append'): [Thread, Control] {
  const control = new Control();
  const [thread] = world.threads(control, 1, job, () => ({ base, most })) as [Thread];
  control.go();
  return [thread, control];
}

/** What many threads at once, and their deaths, leave of a map. */
export function threadContract(subject: MapSubject, spawn: Spawn): Contract[] {
  return over([...crowd, ...deaths], (context) => new ThreadWorld(subject, context, spawn));
}
