// What the threads of contracts do. A finished call is counted in the shared words before the next
// one begins, so that the test knows after a death what must be there.

import { Arena, type StructureHandle } from '@x/shm-arena';
import { u32 } from '@x/shm-arena/codec';
import { codeOf } from '../errors.ts';
import { random, shuffled, userKey } from '../random.ts';
import type { MapClass, TestedMap } from '../subject.ts';
import type { Task } from './control.ts';

/** A thread's own end of the words that it shares with its test. */
export class Desk {
  readonly arena: Arena;
  readonly handle: StructureHandle;
  readonly index: number;
  /** What the job is told. */
  readonly args: Record<string, unknown>;
  readonly words: Int32Array<SharedArrayBuffer>;
  private readonly task: Task;

  constructor(task: Task) {
    this.task = task;
    this.arena = Arena.attach(task.arena);
    ({ handle: this.handle, index: this.index, args: this.args, words: this.words } = task);
    const { slot, generation } = this.arena.participant;
    Atomics.store(this.words, 3 + 2 * this.index, slot + (generation << 8));
  }

  /** A call has returned. */
  readonly finish = (): void => {
    Atomics.add(this.words, 2 + 2 * this.index, 1);
  };

  readonly stopped = (): boolean => Atomics.load(this.words, 1) === 1;

  /** Waits until told to stop, or for so long; the event loop does not run. */
  readonly pause = (ms = Infinity): void => {
    Atomics.wait(this.words, 1, 0, ms);
  };

  /**
   * Calls `step` with 0, 1, … until told to stop, or until it returns false, `most` times at most.
   * Returns how often, each time counted.
   */
  readonly repeat = (most: number, step: (n: number) => unknown): number => {
    let n = 0;
    while (!this.stopped() && n < most && step(n) !== false) {
      this.finish();
      n++;
    }
    return n;
  };

  /** Waits until it was declared dead, alive as it is; returns what its calls say then. */
  readonly expelled = (calls: readonly (() => unknown)[]): (string | undefined)[] => {
    this.finish();
    this.pause();
    return calls.map(codeOf);
  };

  /** Waits for `go`, does the job that was asked for, and lets go of `structure`. */
  async work(structure: { close(): void }, jobs: Jobs): Promise<unknown> {
    Atomics.wait(this.words, 0, 0);
    const result = await jobs[this.task.job]?.(this.args as never);
    structure.close();
    this.arena.detach();
    return result;
  }
}

/** What a thread can be asked for, by name. */
export type Jobs = Readonly<Record<string, (args: never) => unknown>>;

type Tested = TestedMap<string, number>;

/** What the threads of a structure's contracts need of it. */
export interface Working {
  /** Its class. */
  readonly type: unknown;
  /** See MapSubject. */
  settle(map: never, said?: unknown): boolean;
  /** Calls of its own, each of which a thread is refused that was declared dead. */
  calls(map: never): (() => unknown)[];
  /** All entries of a snapshot in ways of its own, in their order. */
  sights(snapshot: never): unknown[][];
  /** Makes a write as often as it takes; `undefined` when it was told to stop before. */
  put<R>(map: never, write: () => R): R | undefined;
}

/** The jobs that contracts ask threads of every map for. */
export const mapJobs = (desk: Desk, map: Tested, working: Working): Jobs => ({
  ...writers(desk, map, working),
  ...readers(desk, map, working),
});

function writers(desk: Desk, map: Tested, working: Working): Jobs {
  const { finish, index, repeat } = desk;
  const put = <R>(write: () => R) => working.put(map as never, write);
  const settle = (said?: unknown) => working.settle(map as never, said);
  return {
    /** Sets rising keys of its own, `most` times at most, until told to stop or killed. */
    append: ({ base, most }: { base: number; most: number }) =>
      repeat(most, (n) => put(() => map.set(userKey(base + n), n)) !== undefined),

    /** The same, and stays. Where `terminate` takes seconds, there is room for what it writes. */
    appendAndStay({ base, most }: { base: number; most: number }) {
      repeat(most, (n) => put(() => map.set(userKey(base + n), n)) !== undefined);
      desk.pause();
    },

    /** Tries to insert the keys 0 to `count` - 1, in an order of its own; how many it won. */
    race({ count, seed }: { count: number; seed: number }) {
      const said = shuffled(count, seed).map((n) => {
        const result = put(() => map.insert(userKey(n), index));
        finish();
        return result;
      });
      return said.filter((each) => settle(each)).length;
    },

    /** Sets, inserts, deletes and reads random keys until told to stop, `most` times at most. */
    churn({ keys, seed, most = 20_000 }: { keys: number; seed: number; most?: number }) {
      const below = random(seed);
      return repeat(most, () => {
        const key = userKey(below(keys));
        const kind = below(5);
        if (kind === 0) put(() => map.delete(key));
        else if (kind === 1) map.get(key);
        else if (kind === 2) put(() => map.insert(key, below(1e6)));
        else put(() => map.set(key, below(1e6)));
      });
    },

    /** Writes 5 000 keys and then reads on and on; the code of the call that throws. */
    useUntilClosed: ({ base }: { base: number }) =>
      codeOf(() => {
        for (let n = 0; ; n++) {
          if (n < 5000) put(() => map.set(userKey(base + n), n));
          else map.get(userKey(base + (n % 5000)));
          finish();
        }
      }),

    /** Opens by name with the rest, from many threads at once. */
    openOrCreate({ name, key }: { name: string; key: string }) {
      const { openOrCreate } = working.type as MapClass;
      const opened = openOrCreate<string, number>(desk.arena, { name, value: u32 });
      opened.set(key, index);
      working.settle(opened as never);
      return JSON.stringify(opened.handle);
    },
  };
}

function readers(desk: Desk, map: Tested, working: Working): Jobs {
  const { finish } = desk;
  return {
    /** Takes snapshots and compares two looks through each, until told to stop. */
    snapshots() {
      for (let looks = 0; ; looks++) {
        if (desk.stopped()) return { looks };
        const snapshot = map.snapshot();
        const { size } = snapshot;
        const sights = [[...snapshot], [...snapshot], ...working.sights(snapshot as never)];
        snapshot.close();
        const [once, ...more] = sights.map((all) => JSON.stringify(all));
        if (sights[0]?.length !== size || more.some((each) => each !== once)) {
          return { torn: sights, size };
        }
        finish();
      }
    },

    /** Takes a snapshot, reports, and stays; its end is a death. */
    hold() {
      const snapshot = map.snapshot();
      const { size } = snapshot;
      finish();
      desk.pause();
      return [size, snapshot.size];
    },

    /** Says what its calls say when it was declared dead. */
    expelled: () =>
      desk.expelled([
        ...[() => map.set('a', 1), () => map.insert('a', 1), () => map.delete('a')],
        ...[() => map.get('a'), () => map.has('a'), () => map.getMany(['a'])],
        ...[() => [...map.entries()], () => map.snapshot()],
        ...working.calls(map as never),
      ]),
  };
}
