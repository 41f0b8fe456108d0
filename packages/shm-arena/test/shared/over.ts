// What was begun on a view before it ended: cursors and iterators give nothing out any more, not
// even what they had read ahead; that they may give out where another handle ended it.

import type { Cursor, OrderedReadable } from '@x/shm-arena';
import { expect, test } from 'vitest';
import { codeOf } from './errors.mjs';

type View = Pick<OrderedReadable<string, unknown>, 'entries' | 'keys' | 'values' | 'cursor'> & {
  [Symbol.iterator](): Iterator<unknown>;
};

/** A way in which a view of some entries ends. */
export interface Ending {
  readonly what: string;
  /** The view, and what ends it. */
  readonly begin: () => { readonly view: View; readonly end: () => void };
  readonly code: string;
  /** It is another handle, or thread, that ends it. */
  readonly elsewhere?: boolean;
}

const MOVES: ((cursor: Cursor<string, unknown>) => unknown)[] = [
  (cursor) => cursor.next(),
  (cursor) => cursor.prev(),
  (cursor) => cursor.seek('a'),
  (cursor) => cursor.seekLast(),
  (cursor) => cursor.valid,
  (cursor) => cursor.key,
  (cursor) => cursor.value,
];

/** Tests for each ending; the views have some entries. */
export function endings(given: readonly Ending[]): void {
  const here = given.filter(({ elsewhere }) => elsewhere !== true);
  test.each(here)('a cursor throws $code after $what', ({ begin, code }) => {
    const { view, end } = begin();
    const cursors = [view.cursor(), view.cursor(), view.cursor({ reverse: true })];
    for (const cursor of cursors.slice(1)) expect(cursor.next()).toBe(true);
    end();
    for (const cursor of cursors) {
      for (const move of MOVES) expect(codeOf(() => move(cursor))).toBe(code);
      cursor.close();
      expect([cursor.valid, cursor.key, cursor.value]).toEqual([false, undefined, undefined]);
      expect(codeOf(() => cursor.next())).toBe('CLOSED');
    }
  });

  const there = given.filter(({ elsewhere }) => elsewhere === true);
  test.each(there)('a cursor throws $code when it reads on, after $what', ({ begin, code }) => {
    const { view, end } = begin();
    const cursor = view.cursor();
    cursor.next();
    end();
    expect(codeOf(() => cursor.seek('a'))).toBe(code);
    expect(codeOf(() => cursor.seekLast())).toBe(code);
    const ahead = view.cursor();
    expect(codeOf(() => ahead.next())).toBe(code);
  });

  test.each(there)('a cursor throws $code behind what it had read, after $what', (each) => {
    const { view, end } = each.begin();
    const cursor = view.cursor();
    cursor.next();
    end();
    const walk = () => {
      while (cursor.next());
    };
    expect(codeOf(walk)).toBe(each.code);
  });

  test.each(here)('an iterator throws $code after $what', ({ begin, code }) => {
    const { view, end } = begin();
    const iterators = [view.entries(), view.keys(), view.values(), view[Symbol.iterator]()];
    for (const iterator of iterators) expect(iterator.next().done).toBe(false);
    const fresh = view.keys();
    end();
    for (const iterator of [...iterators, fresh]) {
      expect(codeOf(() => iterator.next())).toBe(code);
      expect(iterator.next()).toEqual({ done: true, value: undefined });
    }
  });

  test.each(there)('an iterator throws $code behind what it had read, after $what', (each) => {
    const { view, end } = each.begin();
    const iterator = view.keys();
    iterator.next();
    end();
    expect(codeOf(() => [...(iterator as IterableIterator<string>)])).toBe(each.code);
  });
}
