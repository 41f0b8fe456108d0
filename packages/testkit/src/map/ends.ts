// Behind its end a map gives nothing out any more: closed, destroyed, by another handle, or with
// its arena. Each call says CLOSED, and each of a snapshot whose thread ended it SNAPSHOT_CLOSED.

import { type Closeable, type ReadableMap, ShmError } from '@x/shm-arena';
import { u32 } from '@x/shm-arena/codec';
import { same, thrownBy, throws, Unmet } from '../assert.ts';
import { userKey } from '../random.ts';
import { values } from '../samples.ts';
import type { Ending, MapSubject, TestedMap } from '../subject.ts';
import { type MapTest, MapWorld } from '../world.ts';

type View = ReadableMap<string, unknown>;
type Map = TestedMap<string, number>;

/** Every read that all views have, also those that need not look at anything. */
const reads: readonly ((view: View) => unknown)[] = [
  (view) => view.size,
  (view) => view.get('a'),
  (view) => view.has('a'),
  (view) => view.getMany(['a']),
  (view) => view.getMany([]),
  (view) => [...view],
  (view) => [...view.entries()],
  (view) => [...view.keys()],
  (view) => [...view.values()],
  (view) => view.forEach(() => {}),
];

/** Each of `all`, and of the subject's own reads, says `code`. */
export function refusesReads<V extends View>(
  subject: MapSubject,
  view: V,
  code: string,
  all: readonly ((view: V) => unknown)[] = reads,
): void {
  for (const read of [...all, ...subject.reads]) {
    throws(() => read(view as never), code, String(read));
  }
}

/** Calls that change a map, or ask about it, and that all maps have. */
function calls(subject: MapSubject, map: Map): (() => unknown)[] {
  return [
    ...[() => map.set('a', 2), () => map.insert('b', 2), () => map.delete('a')],
    ...[() => map.compareAndSet('a', 1, 2), () => map.snapshot(), () => map.verify()],
    ...subject.calls(map as never),
  ];
}

/** The ways in which the views of a map end, and those of the subject's own. */
function endingsOf(world: MapWorld): Ending[] {
  const { arena, subject, type } = world;
  const entries = Array.from({ length: 2000 }, (_, n): [string, unknown] => [userKey(n), n]);
  const map = world.filled<string, unknown>({ name: 'ending' }, entries);
  const other = type.open(arena, 'ending');
  const ofMap = (end: () => void) => () => ({ view: map, end });
  const ofSnapshot = (end: () => void) => () => ({ view: map.snapshot(), end });
  const here = { code: 'CLOSED' };
  const there = { code: 'CLOSED', elsewhere: true };
  const over = { code: 'SNAPSHOT_CLOSED' };
  return [
    { what: 'close', begin: ofMap(() => map.close()), ...here },
    { what: 'destroy', begin: ofMap(() => map.destroy()), ...here },
    { what: 'detach', begin: ofMap(() => arena.detach()), ...here },
    { what: 'destroy by another', begin: ofMap(() => other.destroy()), ...there },
    { what: 'close of its snapshot', begin: () => closing(map.snapshot()), ...over },
    { what: 'close under its snapshot', begin: ofSnapshot(() => map.close()), ...over },
    { what: 'destroy under its snapshot', begin: ofSnapshot(() => map.destroy()), ...over },
    { what: 'detach under its snapshot', begin: ofSnapshot(() => arena.detach()), ...over },
    {
      what: 'destroy by another under its snapshot',
      begin: ofSnapshot(() => other.destroy()),
      ...there,
    },
    ...subject.endings(map as never, other as never),
  ];
}

/** A view that is closed itself. */
export const closing = <V extends View & Closeable>(view: V) => ({ view, end: () => view.close() });

/** Runs a test over each way in which a view ends, each time in an arena of its own. */
export function eachEnding(world: MapWorld, test: (ending: Ending) => void): void {
  const again = () => new MapWorld(world.subject, world.context);
  for (const { what } of endingsOf(again())) {
    const ending = endingsOf(again()).find((each) => each.what === what) as Ending;
    try {
      test(ending);
    } catch (error) {
      throw new Unmet(`after ${what}: ${(error as Error).message}`, { cause: error });
    }
  }
}

/** Iterators that were begun before the end. */
function endsIterators({ begin, code, elsewhere }: Ending): void {
  const { view, end } = begin();
  const iterators = [view.entries(), view.keys(), view.values(), view[Symbol.iterator]()];
  for (const iterator of iterators) same(iterator.next().done, false);
  const fresh = view.keys();
  end();
  if (elsewhere) {
    // They may give out what had been read ahead.
    for (const each of [...iterators, fresh]) throws(() => [...each], code, 'an iterator');
    return;
  }
  for (const iterator of [...iterators, fresh]) {
    throws(() => iterator.next(), code, 'an iterator');
    same(iterator.next(), { done: true, value: undefined });
  }
}

export const ends: readonly MapTest[] = [
  {
    name: 'CLOSED from every method of a closed map; another handle goes on',
    run(world) {
      const map = world.filled<string, number>({ value: u32 }, [['a', 1]]);
      const { handle } = map;
      const second = world.type.attach<string, number>(world.arena, handle, { value: u32 });
      const all = calls(world.subject, map);
      map.close();
      throws(all, 'CLOSED');
      refusesReads(world.subject, map, 'CLOSED');
      same([second.get('a'), second.size], [1, 1]);
    },
  },
  {
    name: 'CLOSED from every method of all handles of a destroyed map, whose memory is back',
    run(world) {
      const { arena, type } = world;
      const before = arena.stats().structures.length;
      const map = world.filled<string, number>({ value: u32 }, [['a', 1]]);
      const second = type.attach<string, number>(arena, map.handle, { value: u32 });
      const snapshot = second.snapshot();
      const all = [map, second].flatMap((each) => calls(world.subject, each));
      map.destroy();
      throws(all, 'CLOSED');
      for (const each of [map, second]) {
        refusesReads(world.subject, each, 'CLOSED');
      }
      snapshot.close();
      throws(() => snapshot.get('a'), 'SNAPSHOT_CLOSED');
      second.close();
      arena.recover();
      same(arena.stats().structures.length, before);
    },
  },
  {
    name: 'every read says so, however a view ends',
    run(world) {
      eachEnding(world, ({ begin, code }) => {
        const { view, end } = begin();
        end();
        refusesReads(world.subject, view, code);
      });
    },
  },
  { name: 'iterators end with their view', run: (world) => eachEnding(world, endsIterators) },
  {
    name: 'closing is harmless behind the end of the arena',
    run(world) {
      const map = world.make(values<number>());
      const snapshot = map.snapshot();
      world.arena.detach();
      snapshot.close();
      map.close();
    },
  },
  {
    name: 'an error is a ShmError that says what happened',
    run(world) {
      const map = world.make({ ...values<number>(), name: 'a' });
      map.close();
      const error = thrownBy(() => map.get('a')) as ShmError;
      same([error instanceof ShmError, error.message.includes('closed')], [true, true]);
    },
  },
];
