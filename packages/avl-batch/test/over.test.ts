// Cursors and iterators that outlive what they read: maps and snapshots.

import type { Arena } from '@x/shm-arena';
import { afterEach, beforeEach } from 'vitest';
import { endings } from '../../shm-arena/test/shared/over.ts';
import { AvlBatch } from '../src/index.ts';
import { freshArena, userKey } from './support.ts';

let arena: Arena;
let map: AvlBatch<string, unknown>;
let other: AvlBatch<string, unknown>;
beforeEach(() => {
  arena = freshArena();
  map = AvlBatch.create(arena, { name: 'm' });
  other = AvlBatch.open(arena, 'm');
  for (let n = 0; n < 2000; n++) map.set(userKey(n), n);
  map.build();
});
afterEach(() => arena.detach());

const ofMap = (end: () => void) => () => ({ view: map, end });
const ofSnapshot = (end: () => void) => () => ({ view: map.snapshot(), end });

endings([
  { what: 'close', begin: ofMap(() => map.close()), code: 'CLOSED' },
  { what: 'destroy', begin: ofMap(() => map.destroy()), code: 'CLOSED' },
  { what: 'detach', begin: ofMap(() => arena.detach()), code: 'CLOSED' },
  { what: 'destroy', begin: ofMap(() => other.destroy()), code: 'CLOSED', elsewhere: true },
  {
    what: 'close of its snapshot',
    begin: () => {
      const view = map.snapshot();
      return { view, end: () => view.close() };
    },
    code: 'SNAPSHOT_CLOSED',
  },
  {
    what: 'destroy under its snapshot',
    begin: ofSnapshot(() => map.destroy()),
    code: 'SNAPSHOT_CLOSED',
  },
  {
    what: 'destroy by another under its snapshot',
    begin: ofSnapshot(() => other.destroy()),
    code: 'CLOSED',
    elsewhere: true,
  },
]);
