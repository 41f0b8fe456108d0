// abstract-level's own test suite, run by tape. Prints TAP.

import { Arena } from '@x/shm-arena';
import suite from 'abstract-level/test/index.js';
import test from 'tape';
import { MasstreeLevel } from '../src/level/store.ts';

/** Many tests leave their store open, and an arena's directory has an end. */
const STORES = 100;
const arenas = [];
let made = 0;

function factory(options) {
  if (made % STORES === 0) arenas.push(Arena.create({ bytes: 2 ** 26 }));
  return new MasstreeLevel(arenas.at(-1), `store ${made++}`, options);
}

suite({ test, factory });
test('nothing is broken in the arenas', (t) => {
  for (const arena of arenas) t.deepEqual(arena.verify().problems, []);
  t.end();
});
