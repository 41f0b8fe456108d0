// The structures that the playground offers, and what differs between them there.

import { AvlBatch } from '@x/avl-batch';
import { Hamt } from '@x/hamt';
import { Masstree } from '@x/masstree';
import { f64 } from '@x/shm-arena/codec';
import { SkipList } from '@x/skiplist';

const CODECS = { value: f64 };
/** A list is sealed, flushed to nowhere and destroyed when it has so many bytes. */
const LIST_BYTES = 2 ** 25;

export const STRUCTURES = {
  Masstree: {
    create: (arena) => Masstree.create(arena, CODECS),
    attach: (arena, handle) => Masstree.attach(arena, handle, CODECS),
  },
  Hamt: {
    create: (arena) => Hamt.create(arena, CODECS),
    attach: (arena, handle) => Hamt.attach(arena, handle, CODECS),
  },
  SkipList: {
    create: (arena) => SkipList.create(arena, CODECS),
    attach: (arena, handle) => SkipList.attach(arena, handle, CODECS),
    /** Old versions stay until a list is destroyed. */
    tend(list) {
      if (list.stats().bytes < LIST_BYTES) return;
      list.seal();
      for (const frozen of list.frozen().slice(0, -1)) frozen.destroy();
    },
  },
  AvlBatch: {
    create: (arena) => AvlBatch.create(arena, CODECS),
    attach: (arena, handle) => AvlBatch.attach(arena, handle, CODECS),
    /** Nothing is seen until it is built. */
    tend: (tree) => void tree.build(),
  },
};

/** The key of a number. */
export const keyOf = (n) => `user:${String(n).padStart(8, '0')}`;

/** What a worker tells, in words of a row of its own. */
export const ROW = 6;
/** SLOT: its slot + 1, from when its end can be noticed. */
export const [OPERATIONS, P50, P99, ERRORS, GENERATION, SLOT] = [0, 1, 2, 3, 4, 5];
