// What a contract is, and how a host runs one. Nothing here, nor in what stands beside it, needs a
// test runner or Node: a browser, Deno or Bun runs the same.

import { Arena, type ArenaOptions } from '@x/shm-arena';
import { same, Unmet } from './assert.ts';
import { codeOf } from './errors.ts';

/** A sentence about behaviour, and what shows it. */
export interface Contract {
  readonly name: string;
  run(context: Context): void | Promise<void>;
}

/** What runs contracts. */
export interface Host {
  /** Of what contracts draw. */
  readonly seed: number;
  /** The command that runs the contract again with that seed. */
  replay(seed: number): string;
}

/** An arena that is large enough for most. */
export const freshArena = (options: ArenaOptions = {}): Arena =>
  Arena.create({ bytes: 64 * 2 ** 20, participants: 16, ...options });

/** What a contract is given for one run. */
export class Context {
  /** Whether the run depends on the seed. */
  drawn = false;
  private readonly given: number;
  private readonly arenas: Arena[] = [];

  constructor(seed: number) {
    this.given = seed;
  }

  get seed(): number {
    this.drawn = true;
    return this.given;
  }

  /** A new arena, which is sound in the end. */
  readonly arena = (options: ArenaOptions = {}): Arena => {
    const arena = freshArena(options);
    this.arenas.push(arena);
    return arena;
  };

  /** Looks through the arenas that are still attached. */
  check(): void {
    for (const arena of this.arenas) {
      if (codeOf(() => arena.stats()) === 'CLOSED') continue;
      same(arena.verify().problems, [], 'problems of the arena in the end');
    }
  }

  end(): void {
    for (const arena of this.arenas) arena.detach();
  }
}

/** Runs one contract; an error of one that drew says how it is run again. */
export async function check(contract: Contract, host: Host): Promise<void> {
  const context = new Context(host.seed);
  try {
    await contract.run(context);
    context.check();
  } catch (error) {
    if (!context.drawn) throw error;
    const { message } = error as Error;
    throw new Unmet(`${message}\nReplay: ${host.replay(host.seed)}`, { cause: error });
  } finally {
    context.end();
  }
}

/** Tests that are written over `W`, as contracts: each run has a world of its own. */
export function over<W>(
  tests: readonly { readonly name: string; run(world: W): void | Promise<void> }[],
  world: (context: Context) => W,
): Contract[] {
  return tests.map((test) => ({
    name: test.name,
    run: (context) => test.run(world(context)),
  }));
}
