// What the threads of contracts/shm-arena.ts do.

import { desk, random, work } from '@x/testkit/worker';

const { arena, repeat, finish } = desk;
const SIZES = [16, 48, 100, 700, 3000, 20_000, 70_000];

const jobs = {
  /** Fills blocks, puts them where the other takes them, frees what it takes; how many. */
  exchange({ board, rounds, seed, n }: Told): number {
    const below = random(seed + n);
    const bytes = new Uint8Array(arena.memory.buffer);
    let freed = 0;
    for (let round = 0; round < rounds; round++) {
      const length = SIZES[below(SIZES.length)] as number;
      const at = arena.tryAlloc(length);
      if (at !== 0) {
        bytes.fill(at / 16, at, at + length); // A block that two have is overwritten.
        new DataView(bytes.buffer, at, 4).setUint32(0, length);
      }
      const taken = Atomics.exchange(board, below(board.length), at | 0) >>> 0;
      if (taken === 0) continue;
      const found = new DataView(bytes.buffer, taken, 4).getUint32(0);
      for (let j = taken + 4; j < taken + found; j++) {
        if (bytes[j] !== ((taken / 16) & 255)) throw new Error(`block ${taken} was overwritten`);
      }
      arena.free(taken);
      freed++;
      finish();
    }
    return freed;
  },

  /** Allocates, frees, opens regions until it is killed. */
  churn(): number {
    const own: number[] = [];
    const regions: { close(): void }[] = [];
    return repeat(Infinity, (n) => {
      own.push(arena.alloc((n * 37) % 50_000));
      if (own.length > 50) arena.free(own.shift() as number);
      if (n % 5 !== 0) return;
      const region = arena.region();
      region.alloc(100_000);
      regions.push(region);
      if (regions.length > 5) regions.shift()?.close();
    });
  },
};

interface Told {
  readonly board: Int32Array;
  readonly rounds: number;
  readonly seed: number;
  readonly n: number;
}

await work({ close() {} }, jobs);
