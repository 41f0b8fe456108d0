// A place in a range that moves both ways. It reads one entry where it is put down, and more with
// each portion when it walks on from there; what it gives out is decoded when somebody asks.

import type { Cursor } from '../api.ts';
import { ShmError } from '../ground/errors.ts';
import { SHOW, Shown } from '../ground/shown.ts';
import { type Bounds, narrowed } from './range.ts';
import type { OrderedSource } from './source.ts';
import type { Walk } from './walk.ts';

/** Where a cursor stands: on an entry, or beyond one end of its range. */
type Place = 'on' | 'before' | 'behind' | 'closed';

/** How many entries it reads when it walks on for the first time; then four times as many. */
const WALK = 8;
const LARGEST = 1024;

export class RangeCursor<K, V> extends Shown implements Cursor<K, V> {
  readonly #bounds: Readonly<Bounds>;
  readonly #source: OrderedSource<K, V>;
  #walk: Walk<K, V> | undefined;
  /** Of the `count` entries that the walk has read it stands on entry `at`. */
  #at = 0;
  #count = 0;
  #size = 1;
  /** Whether the walk runs in the direction of `next`. */
  #onward = true;
  #place: Place = 'before';

  constructor(bounds: Readonly<Bounds>, source: OrderedSource<K, V>) {
    super();
    this.#bounds = bounds;
    this.#source = source;
  }

  get valid(): boolean {
    return this.#isOn();
  }

  get key(): K | undefined {
    return this.#isOn() ? this.#walk?.key(this.#at) : undefined;
  }

  get value(): V | undefined {
    return this.#isOn() ? this.#walk?.value(this.#at) : undefined;
  }

  override get [Symbol.toStringTag](): string {
    return 'Cursor';
  }

  override [SHOW](): object {
    const place = this.#place;
    const source = this.#source;
    const closed = place === 'closed' || !source.isOpen || !source.exists();
    return { valid: place === 'on' && !closed, closed };
  }

  /** Whether it stands on an entry; throws when what it belongs to is over. */
  #isOn(): boolean {
    if (this.#place !== 'closed') this.#check();
    return this.#place === 'on';
  }

  #check(): void {
    if (this.#place === 'closed') throw new ShmError('CLOSED', 'this cursor is closed');
    if (!this.#source.isOpen) throw this.#source.gone();
  }

  seek(key: K): boolean {
    return this.#start(true, this.#source.bound.encode(key), false);
  }

  seekLast(): boolean {
    return this.#start(false);
  }

  next(): boolean {
    return this.#step(true);
  }

  prev(): boolean {
    return this.#step(false);
  }

  close(): void {
    this.#place = 'closed';
    this.#walk?.end();
    this.#walk = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #step(onward: boolean): boolean {
    this.#check();
    if (this.#place === 'on') {
      if (this.#onward === onward) return ++this.#at < this.#count || this.#read();
      return this.#start(onward, this.#walk?.keyBytes(this.#at), true);
    }
    if (this.#place === (onward ? 'behind' : 'before')) return false;
    return this.#start(onward);
  }

  /** Reads from one end of the range on, or from `key`. */
  #start(onward: boolean, key?: Uint8Array, open = false): boolean {
    this.#check();
    const reverse = this.#bounds.reverse === onward;
    let bounds: Readonly<Bounds> = { ...this.#bounds, reverse };
    if (key !== undefined) bounds = narrowed(bounds, key, open);
    this.#walk?.end();
    this.#walk = this.#source.walk(bounds);
    this.#onward = onward;
    this.#size = 1;
    return this.#read();
  }

  /** Reads on; where that throws, the cursor stands beyond the end. */
  #read(): boolean {
    this.#at = 0;
    this.#place = this.#onward ? 'behind' : 'before';
    this.#count = this.#walk?.read(this.#size) ?? 0;
    this.#size = this.#size === 1 ? WALK : Math.min(this.#size * 4, LARGEST);
    if (this.#count > 0) this.#place = 'on';
    return this.#count > 0;
  }
}
