// Schedules drawn by a seeded generator. PCT (Burckhardt and others): random priorities, the
// highest runs, and at d - 1 random steps the running thread falls to the lowest; it finds a bug of
// depth d with probability at least 1 / (n k^(d-1)). Uniform: each step a fair choice. A waiting
// thread falls behind all others. In half of the runs with deaths a thread dies at a random step.

import { GATE, killCode, type Machine, type Scheduler, WAITS } from './machine.ts';
import type { VirtualThread } from './thread.ts';

/** A generator of 32-bit numbers (splitmix32): equal seeds, equal numbers. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0;
  }

  next(): number {
    this.state = (this.state + 0x9e3779b9) | 0;
    let z = this.state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  }

  /** 0 … n - 1. */
  below(n: number): number {
    return this.next() % n;
  }
}

interface RandomBounds {
  strategy: 'pct' | 'random';
  depth: number;
  kills: number;
  victims: number;
  lostStores: boolean;
}

export class RandomSchedule implements Scheduler {
  private readonly bounds: RandomBounds;
  private readonly random: Random;
  private readonly priority: number[] = [];
  private readonly changes: number[] = [];
  private readonly deaths: number[] = [];
  private lowest = 0;

  /** `expected`: steps that a run is likely to have. */
  constructor(bounds: RandomBounds, seed: number, expected: number) {
    this.bounds = bounds;
    this.random = new Random(seed);
    const { random } = this;
    for (let id = 0; id < 16; id++) this.priority.push(random.next());
    for (let n = 1; n < bounds.depth; n++) this.changes.push(1 + random.below(expected));
    if (bounds.kills > 0 && random.below(2) === 0) {
      for (let n = 0; n < bounds.kills; n++) this.deaths.push(1 + random.below(expected));
      this.deaths.sort((a, b) => a - b);
    }
  }

  next(machine: Machine, t: VirtualThread, why: number): number {
    if (this.deaths.length > 0 && machine.point >= this.deaths[0]! && why === GATE) {
      const death = this.death(machine, t);
      if (death >= 0) return death;
    }
    if (machine.enabled === 0) return machine.following(t);
    if (this.bounds.strategy === 'random') return this.coin(machine, t, why);
    if (why === WAITS || this.changes.includes(machine.point)) this.priority[t.id] = --this.lowest;
    let best = -1;
    for (let id = 0; 1 << id <= machine.enabled; id++) {
      if ((machine.enabled & (1 << id)) === 0) continue;
      if (best < 0 || this.priority[id]! > this.priority[best]!) best = id;
    }
    return best;
  }

  private coin(machine: Machine, t: VirtualThread, why: number): number {
    let mask = machine.enabled;
    if (why === WAITS && (mask & ~(1 << t.id)) !== 0) mask &= ~(1 << t.id);
    let count = 0;
    for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
    let nth = this.random.below(count);
    for (let id = 0; ; id++) if ((mask & (1 << id)) !== 0 && nth-- === 0) return id;
  }

  private death(machine: Machine, t: VirtualThread): number {
    const worker = t.role === 'worker' && (this.bounds.victims & (1 << t.id)) !== 0;
    const living = machine.recoverers.filter((r) => r.status !== 3 && r !== t).length;
    if (!worker && t.role !== 'recoverer') return -1;
    if (living === 0) return -1;
    this.deaths.shift();
    const variant = this.bounds.lostStores ? this.random.below(t.log.variants()) : 0;
    const others = worker && (machine.enabled & ~(1 << t.id)) !== 0;
    return killCode(t.id, variant, others && this.random.below(2) === 0);
  }
}
