// Depth-first search over all schedules within a bound on preemptions (a switch away from a thread
// that could go on) and on deaths. A run follows the known prefix and then takes the default at
// every new point; going back takes the next option at the last point that has one.
//
// A state (state.ts) that was met before with as much left to spend leads nowhere new: a death into
// one is skipped, and behind a death a run that comes to one is left. A state does not say which
// accesses are ordered, so runs without a death are never left; behind one, races and words of two
// widths are looked for in runs that are not left, at random, and in those that are repeated. No
// other reduction is made: with deaths and per-step invariants it would not be sound.

import { FINISHED, GATE, killCode, LEAVE, type Machine, type Scheduler, WAITS } from './machine.ts';
import { Seen } from './seen.ts';
import { hashDeath, hashState } from './state.ts';
import type { VirtualThread } from './thread.ts';

interface DfsBounds {
  preemptions: number;
  preemptionsAfterDeath: number;
  kills: number;
  victims: number;
  lostStores: boolean;
  suspendedDie: boolean;
  progress: boolean;
  /** Runs behind a death are left where others have been. */
  leaves: boolean;
}

/** Steps of an operation between two looks for its state: a look costs as much as some steps. */
const LOOK_EVERY = 16;

interface Node {
  point: number;
  options: number[];
  taken: number;
}

export class Dfs implements Scheduler {
  private readonly bounds: DfsBounds;
  private readonly nodes: Node[] = [];
  private depth = 0;
  private preemptions = 0;
  private afterDeath = 0;
  private readonly seen = new Seen();
  private readonly lanes = new Int32Array(2);
  /** Deaths not explored because an equal state was. */
  skipped = 0;
  private repeats = false;

  private readonly shard: { index: number; of: number };
  /** The points of the run without any choice, in the order in which they are left first. */
  private base: Node[] | null = null;
  private roots: number[] = [];
  /** The point at which the present schedules first do not take the default. */
  private root = 0;

  /** A shard has the schedules whose first choice is made at every `of`-th point. */
  constructor(bounds: DfsBounds, shard = { index: 0, of: 1 }) {
    this.bounds = bounds;
    this.shard = shard;
  }

  /** Prepares the same run again, which is not left this time. */
  again(): void {
    this.repeats = true;
    this.start();
  }

  private start(): void {
    this.depth = 0;
    this.preemptions = 0;
    this.afterDeath = 0;
  }

  /** Prepares the next run; false when all have been made. The first is made without `advance`. */
  advance(): boolean {
    this.repeats = false;
    this.start();
    if (this.base === null) {
      this.base = this.nodes.slice();
      this.roots = scattered(this.base.length, this.shard);
      this.nodes.length = 0;
    }
    for (;;) {
      while (this.nodes.length > this.root) {
        const node = this.nodes[this.nodes.length - 1]!;
        if (++node.taken < node.options.length) return true;
        node.taken = 0;
        this.nodes.pop();
      }
      const root = this.roots.pop();
      if (root === undefined) return false;
      this.root = root;
      this.nodes.length = 0;
      for (let n = 0; n <= root; n++) this.nodes.push(this.base[n]!);
    }
  }

  next(machine: Machine, t: VirtualThread, why: number): number {
    const fallback = why === GATE ? t.id : machine.following(t);
    const known = this.depth < this.nodes.length ? this.nodes[this.depth]! : undefined;
    if (known !== undefined) {
      if (known.point !== machine.point) return fallback;
      this.depth++;
      return this.take(machine, why, known.options[known.taken]!, fallback);
    }
    if (this.repeats) return fallback;
    if (this.isKnown(machine, t, why)) return LEAVE;
    const options = this.options(machine, t, why, fallback);
    if (options === null) return fallback;
    this.nodes.push({ point: machine.point, options, taken: 0 });
    this.depth++;
    return fallback;
  }

  /** Whether the run, behind a death, is where another one has been. */
  private isKnown(machine: Machine, t: VirtualThread, why: number): boolean {
    if (!this.bounds.leaves || machine.kills === 0 || machine.enabled === 0) return false;
    if (why !== FINISHED && t.opSteps % LOOK_EVERY !== 0) return false;
    const { lanes } = this;
    lanes[0] = t.id | (why << 4) | (t.ran > 0 ? 256 : 0) | (this.afterDeath << 9);
    lanes[1] = ~(this.bounds.preemptions - this.preemptions);
    return !this.seen.add(hashState(machine, lanes));
  }

  private take(machine: Machine, why: number, code: number, fallback: number): number {
    if (code !== fallback && code >= 0 && code < 16 && why !== FINISHED) {
      this.preemptions++;
      if (machine.kills > 0) this.afterDeath++;
    }
    return code;
  }

  private options(
    machine: Machine,
    t: VirtualThread,
    why: number,
    fallback: number,
  ): number[] | null {
    const { bounds } = this;
    let options: number[] | null = null;
    // Before the first run, and when it has finished, all that can run are free to be next.
    const others = why === FINISHED ? machine.enabled : machine.enabled & ~(1 << t.id);
    // A thread that was switched to takes a step first: else the switch could have gone past it.
    const mayPreempt =
      (t.ran > 0 || t.role === 'recoverer') &&
      this.preemptions < bounds.preemptions &&
      (machine.kills === 0 || this.afterDeath < bounds.preemptionsAfterDeath);
    if (others !== 0 && (why === FINISHED || mayPreempt)) {
      for (let id = 0; 1 << id <= others; id++) {
        if ((others & (1 << id)) !== 0 && id !== fallback) (options ??= [fallback]).push(id);
      }
    }
    if (machine.kills < bounds.kills && why !== WAITS) {
      for (const victim of bounds.suspendedDie ? machine.threads : [t]) {
        if (this.mayDie(machine, victim))
          options = this.deaths(machine, victim, options ?? [fallback]);
      }
    }
    return options !== null && options.length > 1 ? options : null;
  }

  private mayDie(machine: Machine, t: VirtualThread): boolean {
    if (t.role === 'recoverer') return t.patients.length > 0;
    return (
      t.role === 'worker' &&
      machine.kills === 0 &&
      (this.bounds.victims & (1 << t.id)) !== 0 &&
      (t.status === 1 || t.status === 2)
    );
  }

  private deaths(machine: Machine, victim: VirtualThread, options: number[]): number[] {
    const variants = this.bounds.lostStores ? victim.log.variants() : 1;
    const survivors = victim.role === 'worker' && (machine.enabled & ~(1 << victim.id)) !== 0;
    for (let variant = 0; variant < variants; variant++) {
      const lanes = this.lanes;
      lanes[0] = victim.id | (this.afterDeath << 8);
      lanes[1] = this.bounds.preemptions - this.preemptions;
      if (!this.seen.add(hashDeath(machine, lanes, victim, variant))) {
        this.skipped++;
        continue;
      }
      options.push(killCode(victim.id, variant, false));
      if (survivors) options.push(killCode(victim.id, variant, true));
    }
    return options;
  }
}

/**
 * The numbers below `n` that are the shard's, far from each other: a search that is cut short has
 * then left the run everywhere and not only near its end.
 */
function scattered(n: number, shard: { index: number; of: number }): number[] {
  const mine = Array.from({ length: n }, (_, i) => i).filter((i) => i % shard.of === shard.index);
  const rank = (i: number): number => (i * 0.6180339887498949) % 1;
  return mine.sort((a, b) => rank(a) - rank(b));
}

/** No choice at all: every thread runs to its end, in turn. */
export class InTurn implements Scheduler {
  next(machine: Machine, t: VirtualThread, why: number): number {
    return why === GATE ? t.id : machine.following(t);
  }
}
