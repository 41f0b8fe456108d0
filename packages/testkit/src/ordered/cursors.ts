// Cursors, over views of the same entries, and behind the end of what they read.

import type { Cursor, OrderedReadable } from '@x/shm-arena';
import { same, throws } from '../assert.ts';
import { eachEnding } from '../map/ends.ts';
import { userKey } from '../random.ts';
import type { Ending } from '../subject.ts';
import type { OrderedTest } from '../world.ts';
import { eachView, entry } from './scans.ts';

const MOVES: ((cursor: Cursor<string, unknown>) => unknown)[] = [
  (cursor) => cursor.next(),
  (cursor) => cursor.prev(),
  (cursor) => cursor.seek('a'),
  (cursor) => cursor.seekLast(),
  (cursor) => cursor.valid,
  (cursor) => cursor.key,
  (cursor) => cursor.value,
];

function endsCursors({ begin, code, elsewhere }: Ending): void {
  const { view, end } = begin() as {
    view: OrderedReadable<string, unknown>;
    end: () => void;
  };
  const cursors = [view.cursor(), view.cursor(), view.cursor({ reverse: true })];
  for (const cursor of cursors.slice(1)) same(cursor.next(), true);
  end();
  for (const [n, cursor] of cursors.entries()) {
    if (elsewhere) readsOn(view, cursor, n, code);
    else {
      for (const move of MOVES) throws(() => move(cursor), code, String(move));
      cursor.close();
      same([cursor.valid, cursor.key, cursor.value], [false, undefined, undefined]);
      throws(() => cursor.next(), 'CLOSED', 'a closed cursor');
    }
  }
}

/** A cursor may give out what it had read ahead, and nothing behind it. */
function readsOn(
  view: OrderedReadable<string, unknown>,
  cursor: Cursor<string, unknown>,
  n: number,
  code: string,
): void {
  const walk = () => {
    while (cursor.next());
  };
  if (n === 0) throws(() => cursor.next(), code, 'a cursor that had read nothing');
  else if (n === 1) throws([() => cursor.seek('a'), () => cursor.seekLast()], code);
  else throws(walk, code, 'a walk behind what was read ahead');
  throws(() => view.cursor().next(), code, 'a new cursor');
}

export const cursors: readonly OrderedTest[] = [
  {
    name: 'next and prev walk the whole range and turn anywhere',
    run(world) {
      eachView(world, (view, name) => {
        const cursor = view.cursor({ gte: userKey(100), lt: userKey(140) });
        const { valid, key, value } = cursor;
        same([valid, key, value, cursor.prev()], [false, undefined, undefined, false], name);
        for (let n = 100; n < 140; n++) {
          same([cursor.next(), cursor.key, cursor.value], [true, ...entry(n)], name);
        }
        same([cursor.next(), cursor.next(), cursor.valid], [false, false, false], name);
        for (let n = 139; n >= 100; n--) {
          same([cursor.prev(), cursor.key], [true, userKey(n)], name);
          if (n !== 120) continue;
          same([cursor.next(), cursor.key], [true, userKey(121)], name);
          same([cursor.prev(), cursor.key], [true, userKey(120)], name);
        }
        same(cursor.prev(), false, name);
        same([cursor.next(), cursor.key], [true, userKey(100)], name);
      });
    },
  },
  {
    name: 'seek and seekLast stay inside the range',
    run(world) {
      eachView(world, (view, name) => {
        const cursor = view.cursor({ gte: userKey(100), lt: userKey(140) });
        same([cursor.seek(userKey(110)), cursor.key], [true, userKey(110)], name);
        same([cursor.seek('user:00000000110.5'), cursor.key], [true, userKey(111)], name);
        same([cursor.seek(''), cursor.key], [true, userKey(100)], name);
        same([cursor.seek(userKey(140)), cursor.valid], [false, false], name);
        same([cursor.prev(), cursor.key], [true, userKey(139)], name);
        same([cursor.seekLast(), cursor.key], [true, userKey(139)], name);
        same([cursor.prev(), cursor.key], [true, userKey(138)], name);
      });
    },
  },
  {
    name: 'a reversed cursor goes down',
    run(world) {
      eachView(world, (view, name) => {
        const cursor = view.cursor({ lt: userKey(140), reverse: true });
        same([cursor.next(), cursor.key], [true, userKey(139)], name);
        same([cursor.next(), cursor.key], [true, userKey(138)], name);
        same([cursor.prev(), cursor.key], [true, userKey(139)], name);
        same([cursor.seek('user:00000000110.5'), cursor.key], [true, userKey(110)], name);
        same([cursor.seekLast(), cursor.key], [true, userKey(0)], name);
      });
    },
  },
  {
    name: 'a closed cursor says so; one with a limit is refused',
    run(world) {
      eachView(world, (view, name) => {
        const cursor = view.cursor();
        cursor.next();
        cursor.close();
        cursor[Symbol.dispose]();
        same(cursor.valid, false, name);
        throws([() => cursor.next(), () => cursor.seek('a')], 'CLOSED', name);
        throws(() => view.cursor({ limit: 3 }), RangeError, name);
      });
    },
  },
  { name: 'cursors end with their view', run: (world) => eachEnding(world, endsCursors) },
];
