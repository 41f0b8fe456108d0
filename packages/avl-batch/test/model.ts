// What a map means, in the plainest code: a Map of what is visible, and a list of what is queued.
// The property tests compare the real thing with this, operation by operation.

import { byCodePoint, inside, type ModelRange } from '@x/testkit';
import type { TicketResult } from '../src/index.ts';

export type ModelOperation<V> =
  | { type: 'set' | 'insert'; key: string; value: V }
  | { type: 'delete'; key: string }
  | {
      type: 'compareAndSet';
      key: string;
      expected: V | undefined;
      next: V | undefined;
    };

type Outcome = TicketResult['outcome'];

/** Entries as of one instant. */
export class ModelView<V> {
  protected map: ReadonlyMap<string, V>;

  constructor(map: ReadonlyMap<string, V>) {
    this.map = map;
  }

  get(key: string): V | undefined {
    return this.map.get(key);
  }

  get size(): number {
    return this.map.size;
  }

  entries(range: ModelRange = {}): [string, V][] {
    const inRange = [...this.map].filter(([key]) => inside(key, range));
    inRange.sort(([a], [b]) => byCodePoint(a, b));
    if (range.reverse) inRange.reverse();
    return inRange.slice(0, range.limit);
  }
}

/** The whole. */
export class Model<V> extends ModelView<V> {
  private queued: [operation: ModelOperation<V>, ticket: number][] = [];
  private readonly outcomes: (Outcome | undefined)[] = [];

  constructor() {
    super(new Map());
  }

  /** Queues; returns the ticket. */
  append(operation: ModelOperation<V>): number {
    const ticket = this.outcomes.push(undefined) - 1;
    this.queued.push([operation, ticket]);
    return ticket;
  }

  get waiting(): number {
    return this.queued.length;
  }

  outcome(ticket: number): Outcome | undefined {
    return this.outcomes[ticket];
  }

  /** Applies all that is queued; returns how many. */
  build(): number {
    const { queued } = this;
    const map = new Map(this.map);
    for (const [operation, ticket] of queued) this.outcomes[ticket] = applied(map, operation);
    this.map = map;
    this.queued = [];
    return queued.length;
  }

  /** What `get` would say if everything queued were applied. */
  pending(key: string): V | undefined {
    const map = new Map(this.map);
    for (const [operation] of this.queued) applied(map, operation);
    return map.get(key);
  }

  snapshot(): ModelView<V> {
    return new ModelView(this.map);
  }
}

function applied<V>(map: Map<string, V>, operation: ModelOperation<V>): Outcome {
  const { type, key } = operation;
  switch (type) {
    case 'set':
      map.set(key, operation.value);
      return 'done';
    case 'insert':
      if (map.has(key)) return 'exists';
      map.set(key, operation.value);
      return 'done';
    case 'delete':
      return map.delete(key) ? 'done' : 'absent';
    case 'compareAndSet': {
      const { expected, next } = operation;
      if (map.get(key) !== expected) return map.has(key) ? 'different' : 'absent';
      if (next === undefined) map.delete(key);
      else map.set(key, next);
      return 'done';
    }
  }
}
