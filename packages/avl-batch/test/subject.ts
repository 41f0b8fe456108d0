// The map in batches as the contracts of maps see it: what was written is visible after a build.

import { type Arena, supports } from '@x/shm-arena';
import { u32 } from '@x/shm-arena/codec';
import { type OrderedSubject, type Walked, walks } from '@x/testkit';
import { AvlBatch, type IndexedReadable, type Ticket } from '../src/index.ts';

type Tree = AvlBatch<string, unknown>;
type View = IndexedReadable<string, unknown>;

const PACES = 'maxOps maxDelayMs maxQueued autoCompact';

export const subject: OrderedSubject<Tree, View> = {
  name: 'AvlBatch',
  type: AvlBatch,
  options: 'name key value maxBytes batch',
  sample: { maxBytes: 2 ** 20, batch: { maxQueued: 10, maxOps: 5 } },
  names: {
    map: 'at rank applied result settled build flush flushSync compact startBuilder stats',
    snapshot: 'at rank version',
  },

  settle: (map, said) => {
    map.build(); // Not `flushSync`, which a window's thread may not call.
    return said !== undefined && map.result(said as Ticket)?.outcome === 'done';
  },

  calls: (map) => {
    const ticket = map.set('ticket', 1);
    return [
      ...[() => map.applied(ticket), () => map.result(ticket), () => map.build()],
      ...[() => map.compact(), () => map.stats()],
      ...(supports().blocking ? [() => map.flushSync()] : []),
      ...[() => map.at(0), () => map.rank('a'), () => map.get('a', { pending: true })],
    ];
  },
  reads: [(view) => view.at(0), (view) => view.rank('a')],
  lookups: [(view, key) => view.at(view.rank(key))?.[1]],
  endings: () => [],

  takers: (map, _, arena) => [
    { what: 'create: batch', names: PACES, call: (batch) => AvlBatch.create(arena, { batch }) },
    { what: 'open: batch', names: PACES, call: (batch) => AvlBatch.open(arena, 'm', { batch }) },
    {
      what: 'attach: batch',
      names: PACES,
      call: (batch) => AvlBatch.attach(arena, map.handle, { batch }),
    },
    { what: 'get', names: 'pending', call: (options) => map.get('a', options) },
    {
      what: 'settled',
      names: 'signal',
      call: (options) => {
        const settled = map.settled(map.set('a', 1), options);
        map.build();
        return settled;
      },
    },
    { what: 'flush', names: 'signal', call: (options) => map.flush(options) },
    {
      what: 'startBuilder',
      names: 'worker onError',
      call: (options) => map.startBuilder(options).stop(),
    },
  ],

  views: (arena: Arena, entries) => {
    const make = () => AvlBatch.create<string, number>(arena, { value: u32 });
    const compact = make();
    for (const [key, value] of entries) compact.set(key, value);
    compact.build();
    compact.compact();
    const batches = make();
    entries.forEach(([key, value], n) => {
      batches.set(key, value);
      if (n % 97 === 0) batches.build();
    });
    batches.build();
    return [
      ['a compact map', compact],
      ['a map of many batches', batches],
    ];
  },
};

// ── Wrong arguments ──────────────────────────────────────────────────────────────────────────────

const read = { scan: [{}, () => {}], getMany: [['a']], get: ['a', {}], at: [0] };

function parts(arena: Arena, name: string) {
  const map = AvlBatch.create(arena, { name });
  const ticket = map.set('a', 1);
  map.build();
  const cursor = map.cursor();
  cursor.next();
  const builder = map.startBuilder();
  return { map, ticket, snapshot: map.snapshot(), cursor, keys: map.keys(), builder };
}

const walkOf = async ({
  map,
  ticket,
  snapshot,
  cursor,
  keys,
  builder,
}: ReturnType<typeof parts>) => {
  const but = ['close', 'destroy'];
  const right = {
    ...read,
    set: ['a', 1],
    insert: ['a', 1],
    compareAndSet: ['a', 1, 2],
    settled: [ticket, {}],
    applied: [ticket],
    result: [ticket],
    flush: [{}],
    startBuilder: [{}],
  };
  await walks([
    { what: 'Iterator', object: keys },
    { what: 'Cursor', object: cursor, but },
    { what: 'AvlBatchSnapshot', object: snapshot, right: read, but },
    { what: 'AvlBatch', object: map, right, but },
    { what: 'Builder', object: builder },
  ]);
};

export const walked: Walked<ReturnType<typeof parts>> = {
  what: 'AvlBatch',
  type: AvlBatch,
  options: { batch: {} },
  parts,
  walk: walkOf,
  closes: ({ snapshot, cursor, map }) => [snapshot, cursor, map],
  ends: [
    ['closed', ({ map }) => map.close()],
    ['destroyed', ({ map }) => map.destroy()],
  ],
};
