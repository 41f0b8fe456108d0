// Writing a cache: making room first, and telling of what has left.

import {
  givePortion,
  type KeyArgs,
  type MapArgs,
  type OutArgs,
  takePortion,
} from '@x/shm-arena/map';
import { isFull, rangeError, Status, wholeNumber } from '@x/shm-arena/structure';
import { ABSENT, DIFFERS, NEED } from '../../build/numbers/arena/map/codes.ts';
import { COUNT_DONE, ENDED, FOUND_FLAGS } from '../../build/numbers/arena/map/result.ts';
import { EXPIRED, FRESH } from '../../build/numbers/cache/head.ts';
import { MORE, ROOM, TOO_LARGE } from '../../build/numbers/cache/layout.ts';
import {
  GONE,
  GONE_BYTES,
  ROWS,
  SHORT,
  SHOWS,
  WHY_EXPIRED,
} from '../../build/numbers/cache/sweep.ts';
import {
  CACHE_CANCEL,
  CACHE_DELETE,
  CACHE_END,
  CACHE_SET,
} from '../../build/numbers/cache/write.ts';
import type { EvictReason } from './api.ts';
import type { CacheKernel } from './kernel.ts';
import type { CacheReader } from './reader.ts';

/** The longest life in milliseconds: some 9 000 years. */
export const MOST_TTL = 2 ** 48;
/** Of a call that takes the cache's own. */
const USUAL = -1;
/** What a write that finds no memory takes out at most: entries; and bytes, or times its value. */
const MOST_ENTRIES = 1024;
const MOST_BYTES = 2 ** 20;
const TIMES = 8;
/** How often it tries to take out some. */
const MOST_TRIES = 64;
/** Entries that a call purges at most. */
const MOST_PURGED = 2 ** 31;

type OnEvict<K, V> = (key: K, value: V, why: EvictReason) => void;

/** A life as an option says it, for the kernel. */
export function ttlOf(ttl: number | undefined): number {
  return ttl === undefined ? USUAL : wholeNumber('ttl', ttl, 0, MOST_TTL);
}

type SweepCall = (kernel: CacheKernel, ...args: [...MapArgs, flags: number, ...OutArgs]) => number;

const SWEEP: SweepCall = (kernel, ...call) => kernel.cacheSweep(...call);

export class CacheWriter<K, V> {
  readonly reader: CacheReader<K, V>;
  private readonly onEvict: OnEvict<K, V> | undefined;
  /** Where a purge with a limit goes on: a hash. */
  private low = 0;
  private high = 0;
  private relieving = false;

  constructor(reader: CacheReader<K, V>, onEvict: OnEvict<K, V> | undefined) {
    this.reader = reader;
    this.onEvict = onEvict;
  }

  set(key: K, value: V, ttl: number): void {
    const { reader, onEvict } = this;
    const { core } = reader;
    reader.check();
    reader.clock.say();
    const gives = onEvict === undefined ? 0 : 1;
    const status = this.put(
      'set',
      () => this.tryPut(CACHE_SET, key, value, ttl, 0, gives),
      this.relief('set'),
    );
    if (onEvict === undefined) return;
    const state = core.result(FOUND_FLAGS);
    if (state < EXPIRED) return;
    const was = core.readResult(status);
    onEvict(key, was, state === EXPIRED ? 'expired' : 'replaced');
  }

  /** Whether there was a value to be had; or, of `all`, anything. */
  delete(key: K, all: boolean, what: string): boolean {
    const { reader } = this;
    reader.clock.say();
    const status = this.put(what, () => this.tryKey(CACHE_DELETE, key, 0));
    if (status === ABSENT) return false;
    return all || reader.core.result(FOUND_FLAGS) === FRESH;
  }

  /** Ends a fill of this thread; whether it still stood. */
  end(key: K, fill: number, value: V, ttl: number): boolean {
    this.reader.check();
    this.reader.clock.say();
    const status = this.put(
      'fill',
      () => this.tryPut(CACHE_END, key, value, ttl, fill, 0),
      this.relief('fill'),
    );
    return status !== DIFFERS;
  }

  cancel(key: K, fill: number): void {
    this.put('cancel', () => this.tryKey(CACHE_CANCEL, key, fill));
  }

  invalidateAll(): void {
    this.reader.check();
    this.reader.core.askMap('invalidateAll', (kernel, ...map) => kernel.cacheVoid(...map));
  }

  // ── Calls of the kernel ────────────────────────────────────────────────────────────────────────

  /** Calls until there is room; with `relief` also until that finds no more memory. */
  put(what: string, call: () => number, relief?: () => boolean): number {
    for (;;) {
      const status = this.reader.core.ask(what, call, relief);
      if (status === TOO_LARGE) {
        throw rangeError(`${what}: expected a value below \`maxBytes\``, 'VALUE_TOO_LARGE');
      }
      if (status !== ROOM) return status;
      while (this.sweep(what, SWEEP) === MORE);
    }
  }

  private tryPut(kind: number, key: K, value: V, ttl: number, fill: number, gives: number): number {
    const { reader } = this;
    const { core } = reader;
    const { keyPort, valuePort } = core;
    reader.check();
    try {
      valuePort.pack(value);
      keyPort.pack(key); // This may move the value.
    } catch (error) {
      if (!isFull(error)) throw error;
      core.member.trimming?.(); // What has left may be the room that this needs.
      return Status.FULL;
    }
    const { at, length } = valuePort;
    return core.kernel.cachePut(
      ...mapOf(core),
      kind,
      ...keyOf(keyPort),
      at,
      length,
      ttl,
      fill,
      gives,
    );
  }

  private tryKey(kind: number, key: K, fill: number): number {
    const { reader } = this;
    const port = reader.begin(key);
    return reader.core.kernel.cachePut(
      ...mapOf(reader.core),
      kind,
      ...keyOf(port),
      0,
      0,
      0,
      fill,
      0,
    );
  }

  // ── What leaves ────────────────────────────────────────────────────────────────────────────────

  /** For one write: takes out some entries because the arena is full; whether there were any. */
  relief(what: string): () => boolean {
    const { core } = this.reader;
    let entries = 0;
    let bytes = 0;
    return () => {
      const most = Math.max(MOST_BYTES, TIMES * core.valuePort.length);
      // What `onEvict` writes meanwhile takes out no others.
      if (this.relieving || entries >= MOST_ENTRIES || bytes >= most) return false;
      const before = entries;
      let told = false;
      const read = () => {
        told = true;
        entries += core.result(GONE);
        bytes += core.result(GONE_BYTES);
      };
      this.relieving = true;
      try {
        // What removals have for themselves may be held by calls that run in other threads.
        for (let n = 0; !told && n < MOST_TRIES; n++) {
          try {
            this.sweep(what, SWEEP, read, SHORT);
          } catch (error) {
            if (told || !isFull(error)) throw error; // It may be what `onEvict` has thrown.
          }
        }
      } finally {
        this.relieving = false;
      }
      return entries > before;
    };
  }

  /** Takes out at most `limit` entries that are not to be had any more; how many. */
  purge(limit: number, what: string): number {
    this.reader.checkAll();
    this.reader.clock.say();
    const whole = limit === Infinity || (this.low === 0 && this.high === 0);
    if (whole) this.low = this.high = 0;
    const purged = this.purgeOn(limit, what);
    return whole || purged === limit ? purged : purged + this.purgeOn(limit - purged, what);
  }

  /** The same from where the last one has ended. */
  private purgeOn(limit: number, what: string): number {
    const { core } = this.reader;
    let purged = 0;
    let status = MORE as number;
    while (status === MORE && purged < limit) {
      const most = Math.min(limit - purged, MOST_PURGED);
      let gone = 0;
      status = this.sweep(
        what,
        (kernel, entry, generation, flags, ...out) => {
          const { low, high } = this;
          return kernel.cachePurge(entry, generation, flags, most, low, high, ...out);
        },
        () => {
          gone = core.result(GONE);
          this.low = core.result(ENDED) | 0;
          this.high = core.result(ENDED + 4) | 0;
        },
      );
      purged += gone;
    }
    if (status !== MORE) this.low = this.high = 0;
    return purged;
  }

  /**
   * One call that takes out entries, and tells of them; `read` reads more of its result, and `more`
   * are flags.
   */
  private sweep(what: string, call: SweepCall, read: () => void = () => {}, more = 0): number {
    const { core } = this.reader;
    const { onEvict } = this;
    const flags = more | (onEvict === undefined ? 0 : SHOWS);
    const status = core.askMap(what, (kernel, entry, generation) => {
      const { crossing } = core;
      return call(kernel, entry, generation, flags, crossing.outAt, crossing.outBytes & -8);
    });
    read();
    if (onEvict === undefined) return status;
    const portion = takePortion();
    if (status === NEED) portion.loadLarge(core, 0);
    else portion.load(core, core.result(COUNT_DONE), ROWS);
    const { count } = portion;
    const keys = core.keyPort.readAll(portion);
    const values = core.valuePort.readAll(portion);
    const expired = keys.map((_, i) => ((portion.words[2 * i] as number) & WHY_EXPIRED) !== 0);
    givePortion(portion);
    for (let i = 0; i < count; i++) {
      onEvict(keys[i] as K, values[i] as V, expired[i] ? 'expired' : 'evicted');
    }
    return status === NEED ? MORE : status;
  }
}

export const mapOf = ({ entry, generation }: { entry: number; generation: number }): MapArgs => [
  entry,
  generation,
];

/** A packed key. */
export function keyOf(port: {
  length: number;
  k0: number;
  k1: number;
  k2: number;
  k3: number;
}): KeyArgs {
  const { length, k0, k1, k2, k3 } = port;
  return [length, k0, k1, k2, k3];
}
