// What a map's own handle has whose writes take effect before they return, key by key. Whatever
// else the view has, and whatever order its entries stand in.

import type { ReadableMap, WritableMap } from '../api.ts';
import { type AnyView, type Making, type Owned, owned } from './owned.ts';
import { READER } from './view.ts';
import { type WriteKinds, Writer } from './writer.ts';

export const WRITER: unique symbol = Symbol('writer');

/** What `writable` adds to a view, beside what `owned` does. */
export interface Writes<K, V>
  extends Omit<WritableMap<K, V>, keyof ReadableMap<K, V> | 'set' | 'clear' | 'snapshot'> {
  set(key: K, value: V): this;
  readonly [WRITER]: Writer<K, V>;
}

type Given = unknown;
type Entries = Iterable<readonly [Given, Given]>;

/** The class of a map's handles, of that of its views; who calls it knows its keys and values. */
export function writable(View: Making<AnyView>, kinds: WriteKinds): Making<AnyView & Owned> {
  abstract class Handle extends owned(View) implements Writes<Given, Given> {
    readonly [WRITER] = new Writer<Given, Given>(this[READER], kinds);

    set(key: Given, value: Given): this {
      this[WRITER].set(key, value);
      return this;
    }

    swap(key: Given, value: Given): Given {
      return this[WRITER].swap(key, value);
    }

    insert(key: Given, value: Given): boolean {
      return this[WRITER].insert(key, value);
    }

    replace(key: Given, value: Given): boolean {
      return this[WRITER].replace(key, value);
    }

    delete(key: Given): boolean {
      return this[WRITER].delete(key);
    }

    take(key: Given): Given {
      return this[WRITER].take(key);
    }

    compareAndSet(key: Given, expected: Given, next: Given): boolean {
      return this[WRITER].compareAndSet(key, expected, next);
    }

    compareAndDelete(key: Given, expected: Given): boolean {
      return this[WRITER].compareAndDelete(key, expected);
    }

    getOrInsert(key: Given, value: Given): Given {
      return this[WRITER].getOrInsert(key, value);
    }

    getOrInsertComputed(key: Given, fn: (key: Given) => Given): Given {
      return this[WRITER].getOrInsertComputed(key, fn);
    }

    update(key: Given, fn: (old: Given) => Given): Given {
      return this[WRITER].update(key, fn);
    }

    setMany(entries: Entries): void {
      this[WRITER].setMany(entries);
    }

    insertMany(entries: Entries): boolean[] {
      return this[WRITER].insertMany(entries);
    }

    deleteMany(keys: Iterable<Given>): number {
      return this[WRITER].deleteMany(keys);
    }
  }
  return Handle;
}
