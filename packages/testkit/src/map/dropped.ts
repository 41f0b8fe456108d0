// A map that a thread drops with its arena leaks nothing, whatever is open. Garbage has to be
// collected on demand, which is for the host.

import type { Arena } from '@x/shm-arena';
import { same } from '../assert.ts';
import { type Contract, freshArena } from '../contract.ts';
import { values } from '../samples.ts';
import type { MapClass, MapSubject, TestedMap } from '../subject.ts';

/** What a host can say of garbage. */
export interface Garbage {
  /** Collects garbage, turn by turn, until `done`; whether it came to that. */
  collected(done: () => boolean): Promise<boolean>;
  /** How many of eight arenas are left when each was used and dropped. */
  leftOf(create: () => Arena, use: (arena: Arena) => unknown): Promise<number>;
}

/** What is done to a map before it is dropped. */
type Uses<M> = Readonly<Record<string, (map: M) => unknown>>;

const COMMON: Uses<TestedMap<string, number>> = {
  'a map': () => {},
  'an open snapshot': (map) => map.snapshot().get('key 1'),
  'an iterator half-way': (map) => map.entries().next(),
  'a write that nobody asks about': (map) => map.set('key 1', 2),
  'a large value': (map) => map.set('large', 7),
};

function filled(subject: MapSubject, arena: Arena): TestedMap<string, number> {
  const { create } = subject.type as MapClass;
  const map = create(arena, { ...values<number>(), name: 'map' });
  for (let n = 0; n < 100; n++) map.set(`key ${n}`, n);
  subject.settle(map as never);
  return map;
}

/** Contracts of what is dropped, of all maps and of the subject's own `uses`. */
export function droppedContract<M>(
  subject: MapSubject,
  { collected, leftOf }: Garbage,
  uses: Uses<M> = {},
): Contract[] {
  const all = Object.entries({ ...COMMON, ...uses } as Uses<object>);
  return [
    ...all.map(
      ([what, use]): Contract => ({
        name: `${what} is dropped with its arena`,
        async run() {
          same(await leftOf(freshArena, (arena) => use(filled(subject, arena))), 0);
        },
      }),
    ),
    {
      name: 'a handle that is dropped is collected, while its arena is in use',
      async run(context) {
        const arena = context.arena();
        const map = new WeakRef(filled(subject, arena));
        same(await collected(() => map.deref() === undefined), true);
        const { structures } = arena.stats();
        same(
          structures.map(({ name, joined }) => [name, joined]),
          [['map', 1]],
        );
      },
    },
  ];
}
