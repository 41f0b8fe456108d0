// The arena: blocks that threads exchange, deaths, slots, images.

import { Arena, type StructureHandle } from '@x/shm-arena';
import {
  type Context,
  type Contract,
  Control,
  codeOf,
  finished,
  type Spawn,
  same,
  starter,
  type Thread,
  within,
} from '@x/testkit';

const TWO = [0, 1];
/** The jobs of arena-jobs.ts need no structure. */
const NONE = { handle: {} as StructureHandle };

export const alone: readonly Contract[] = [
  {
    name: 'blocks keep what is written, and all of it comes back',
    run(context) {
      const arena = context.arena();
      const { used } = arena.stats();
      const blocks = Array.from({ length: 2000 }, (_, n) => arena.alloc(1 + ((n * 37) % 9000)));
      const bytes = new Uint8Array(arena.memory.buffer);
      blocks.forEach((at, n) => bytes.fill(n, at, at + 1 + ((n * 37) % 9000)));
      blocks.forEach((at, n) => {
        const found = bytes.subarray(at, at + 1 + ((n * 37) % 9000));
        same(
          found.every((byte) => byte === (n & 255)),
          true,
          `block ${n}`,
        );
      });
      for (const at of blocks) arena.free(at);
      arena.trim();
      same(arena.stats().used, used);
    },
  },
  {
    name: 'an image has what the arena had',
    async run(context) {
      const arena = context.arena();
      const at = arena.alloc(4096);
      new Uint32Array(arena.memory.buffer, at, 1024).forEach((_, n, words) => {
        words[n] = n * 2_654_435_761;
      });
      const copy = await Arena.load(arena.save());
      same(
        new Uint8Array(copy.memory.buffer, at, 4096).slice(),
        new Uint8Array(arena.memory.buffer, at, 4096).slice(),
      );
      same(copy.verify().problems, []);
      copy.detach();
    },
  },
  {
    name: 'a full arena says so, and changes nothing',
    run(context) {
      const arena = context.arena({ bytes: 2 ** 22 });
      const { used } = arena.stats();
      same(
        codeOf(() => arena.alloc(2 ** 23)),
        'ARENA_FULL',
      );
      same(arena.stats().used, used);
    },
  },
];

const begun = (context: Context, spawn: Spawn, job: string, args = {}) => {
  const arena = context.arena({ bytes: 2 ** 26, participants: 8 });
  const control = new Control();
  const start = starter(spawn);
  const threads = TWO.map((n) => start(arena, NONE, control, n, job, { ...args, n }));
  return { arena, control, threads };
};

export const threads = (spawn: Spawn): readonly Contract[] => [
  {
    name: 'two threads exchange blocks, and free what the other allocated',
    async run(context) {
      const board = new Int32Array(new SharedArrayBuffer(256));
      const { seed } = context;
      const told = { board, rounds: 4000, seed };
      const { arena, control, threads } = begun(context, spawn, 'exchange', told);
      control.go();
      for (const freed of await finished(threads)) within(freed as number, 1000);
      for (const at of board) if (at !== 0) arena.free(at >>> 0);
      same(arena.verify().problems, []);
    },
  },
  {
    name: 'two terminated threads that allocate are recovered without a leak',
    async run(context) {
      for (let round = 0; round < 3; round++) {
        const { arena, control, threads } = begun(context, spawn, 'churn');
        control.go();
        for (const n of TWO) await control.reached(threads[n] as Thread, n, 200 + 137 * round);
        for (const thread of threads) await thread.terminate();
        const report = arena.recover();
        same([report.reaped, report.deferred], [2, []]);
        within(report.freedBytes, 1);
        same(arena.stats().participants.length, 1);
      }
    },
  },
  {
    name: 'one thread too many has no slot',
    async run(context) {
      const arena = context.arena({ bytes: 2 ** 22, participants: 1 });
      const thread = starter(spawn)(arena, NONE, new Control(), 0, 'churn');
      const said = await thread.message.catch((error: Error) => error.message);
      same(/participants free/.test(String(said)), true, String(said));
    },
  },
];

export const dropped = (): readonly Contract[] => [];
