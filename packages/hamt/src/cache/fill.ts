// Fills: a token in the place of a value, which says that somebody loads it. Whoever finds one
// waits at a bell, and looks again when it has rung, or a little later: who rings may die before.

import { changed, functionOf, SHOW, ShmError, Shown, typeError } from '@x/shm-arena/structure';
import { ABSENT, EXISTS, NEED } from '../../build/numbers/arena/map/codes.ts';
import { ANSWER } from '../../build/numbers/arena/map/result.ts';
import { FILLING } from '../../build/numbers/cache/layout.ts';
import {
  COUNTS,
  FILL_BELL,
  FILL_NUMBER,
  FILL_OWNER,
  FILL_SEEN,
  FORCES,
  GIVES_STALE,
} from '../../build/numbers/cache/read.ts';
import type * as api from './api.ts';
import { type CacheWriter, keyOf, mapOf, ttlOf } from './writer.ts';

/** The longest wait for a bell, in milliseconds: then those who have died show. */
const LOOK_MS = 50;

/** Whose fill, and which. */
type Id = readonly [ownerLow: number, ownerHigh: number, fill: number];

/** What stands where a fill was wanted. */
type Found<K, V> = { value: V } | { fill: OwnFill<K, V> } | { others: Id; bell: Bell };

interface Bell {
  index: number;
  seen: number;
}

const FILL = Symbol('fill');

class OwnFill<K, V> extends Shown implements api.Fill<V> {
  readonly [FILL]: { fills: Fills<K, V>; key: K; number: number; ttl: number; over: boolean };

  constructor(fills: Fills<K, V>, key: K, number: number, ttl: number) {
    super();
    this[FILL] = { fills, key, number, ttl, over: false };
    fills.open.add(this);
  }

  override get [Symbol.toStringTag](): string {
    return 'Fill';
  }

  override [SHOW](): object {
    return { closed: this[FILL].over };
  }

  end(value: V, options: api.Lifetime = {}): boolean {
    const mine = this[FILL];
    if (mine?.over !== false) {
      throw new ShmError('WRONG_FILL', 'fill: expected one that has begun, found one that is over');
    }
    const ttl = options.ttl === undefined ? mine.ttl : ttlOf(options.ttl);
    const stood = mine.fills.writer.end(mine.key, mine.number, value, ttl);
    finish(this);
    return stood;
  }

  cancel(): void {
    const { fills, key, number, over } = this[FILL];
    if (over) return;
    finish(this);
    fills.writer.cancel(key, number);
  }

  [Symbol.dispose](): void {
    this.cancel();
  }
}

function finish<K, V>(fill: OwnFill<K, V>): void {
  fill[FILL].over = true;
  fill[FILL].fills.open.delete(fill);
}

/** The fills of one handle. */
export class Fills<K, V> {
  readonly writer: CacheWriter<K, V>;
  readonly open = new Set<OwnFill<K, V>>();
  private readonly words: Int32Array;

  constructor(writer: CacheWriter<K, V>) {
    this.writer = writer;
    this.words = new Int32Array(writer.reader.core.seat.memory.buffer);
  }

  begin(key: K, ttl: number): OwnFill<K, V> | undefined {
    const found = this.look('beginFill', key, FORCES, ttl);
    return 'fill' in found ? found.fill : undefined;
  }

  /** Ends all, by the kernel where it answers yet. */
  cancelAll(): void {
    const { reader } = this.writer;
    const there = reader.isOpen && reader.exists() && reader.core.seat.isAlive();
    for (const fill of this.open) {
      if (there) fill.cancel();
      else finish(fill);
    }
  }

  /** Looks a key up; where nothing is to be had and nobody loads, begins to. */
  private look(what: string, key: K, flags: number, ttl: number): Found<K, V> {
    const { reader } = this.writer;
    const { core } = reader;
    reader.clock.say();
    const call = () => {
      const port = reader.begin(key);
      return core.kernel.cacheFill(...mapOf(core), flags, ...keyOf(port));
    };
    const status = this.writer.put(what, call, this.writer.relief(what));
    if (status === EXISTS || status === NEED) return { value: core.readResult(status) };
    const number = core.result(FILL_NUMBER);
    if (status !== FILLING) return { fill: new OwnFill(this, key, number, ttl) };
    const others: Id = [core.result(FILL_OWNER) | 0, core.result(FILL_OWNER + 4) | 0, number];
    return { others, bell: this.bell() };
  }

  private bell(): Bell {
    const { core } = this.writer.reader;
    return { index: core.result(FILL_BELL) >>> 2, seen: core.result(FILL_SEEN) | 0 };
  }

  /** So many more wait for a fill; how many do, and the bell. undefined: it is over. */
  private waiters(key: K, id: Id, more: number): { count: number; bell: Bell } | undefined {
    const { reader } = this.writer;
    const { core } = reader;
    const status = core.ask('fetch', () => {
      const port = reader.begin(key);
      return core.kernel.cacheAwait(...mapOf(core), more, ...id, ...keyOf(port));
    });
    if (status === ABSENT) return undefined;
    return { count: core.result(ANSWER) | 0, bell: this.bell() };
  }

  private ring({ index, seen }: Bell): Promise<void> {
    return changed(this.words, index, seen, LOOK_MS, true);
  }

  // ── Fetching ───────────────────────────────────────────────────────────────────────────────────

  async fetch(key: K, load: api.Load<K, V>, options: api.FetchOptions, stale: boolean): Promise<V> {
    functionOf('load', load);
    const { signal, forceRefresh = false } = options;
    const ttl = ttlOf(options.ttl);
    signal?.throwIfAborted();
    let flags = COUNTS | (forceRefresh ? FORCES : 0) | (stale ? GIVES_STALE : 0);
    for (let counted: Id | undefined; ; ) {
      const found = this.look('fetch', key, flags, ttl);
      if ('value' in found) return found.value;
      if ('fill' in found) return this.load(found.fill, key, load, signal);
      // What somebody else loads now is fresh enough.
      flags &= ~(COUNTS | FORCES);
      if (counted?.join() !== found.others.join()) {
        counted = found.others;
        this.waiters(key, counted, 1);
      }
      await orAborted(this.ring(found.bell), signal);
      if (!signal?.aborted) continue;
      this.waiters(key, counted, -1);
      throw signal.reason;
    }
  }

  /** Loads; who has asked for it may abort, and if nobody else waits, it is told. */
  private load(
    fill: OwnFill<K, V>,
    key: K,
    load: api.Load<K, V>,
    signal: AbortSignal | undefined,
  ): Promise<V> {
    const told = new AbortController();
    const loaded = this.loadInto(fill, key, load, told.signal);
    if (signal === undefined) return loaded;
    return new Promise((resolve, reject) => {
      const abort = () => {
        reject(signal.reason);
        this.tellWhenAlone(fill, key, told, signal.reason).catch(() => told.abort(signal.reason));
      };
      signal.addEventListener('abort', abort, { once: true });
      const off = () => signal.removeEventListener('abort', abort);
      loaded.then(resolve, reject).then(off);
    });
  }

  private async loadInto(
    fill: OwnFill<K, V>,
    key: K,
    load: api.Load<K, V>,
    signal: AbortSignal,
  ): Promise<V> {
    try {
      const value = await load(key, { signal });
      if (value === undefined) throw typeError('load: expected a value, found undefined');
      if (!fill[FILL].over) fill.end(value);
      return value;
    } finally {
      fill.cancel(); // Unless it has ended.
    }
  }

  /** Aborts a load when nobody waits for it any more. */
  private async tellWhenAlone(
    fill: OwnFill<K, V>,
    key: K,
    told: AbortController,
    reason: unknown,
  ): Promise<void> {
    const { core } = this.writer.reader;
    const { slot, generation } = core.seat;
    const id: Id = [slot + 1, generation, fill[FILL].number];
    while (!fill[FILL].over && this.writer.reader.isOpen) {
      const waiting = this.waiters(key, id, 0);
      if (waiting !== undefined && waiting.count > 0) await this.ring(waiting.bell);
      else {
        told.abort(reason);
        fill.cancel();
      }
    }
  }
}

/** Resolves when `waiting` does, or a signal aborts. */
function orAborted(waiting: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return waiting;
  return new Promise((resolve) => {
    const end = () => {
      signal.removeEventListener('abort', end);
      resolve();
    };
    signal.addEventListener('abort', end);
    waiting.then(end);
  });
}
