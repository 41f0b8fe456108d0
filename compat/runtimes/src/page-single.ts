// What a page imports to look at what it can do by itself: also where it is not isolated, or where
// its Content-Security-Policy forbids something.

import { AvlBatch } from '@x/avl-batch';
import { Hamt } from '@x/hamt';
import { Masstree } from '@x/masstree';
import { EpochDomain } from '@x/reclaim-epoch';
import { HazardDomain } from '@x/reclaim-hazard';
import { Arena, supports } from '@x/shm-arena';
import { u32 } from '@x/shm-arena/codec';
import { SkipList } from '@x/skiplist';

const said = ({ code, message }: Error & { code?: string }) => ({ code, message });

/** Uses every structure in this thread, and asks for a handle. */
export function single() {
  try {
    const arena = Arena.create({ bytes: 2 ** 24 });
    const list = SkipList.create(arena, { value: u32 }).set('a', 1);
    const tree = Masstree.create(arena, { value: u32 }).set('a', 2);
    const map = Hamt.create(arena, { value: u32 }).set('a', 3);
    const batches = AvlBatch.create(arena, { value: u32 });
    batches.set('a', 4);
    batches.build();
    const domains = [EpochDomain.create(arena), HazardDomain.create(arena)];
    for (const domain of domains) domain.retire(domain.alloc(8));
    const values = [list, tree, map, batches].map((each) => each.get('a'));
    let handle: object = { code: undefined };
    try {
      void arena.handle;
    } catch (error) {
      handle = said(error as Error);
    }
    const sound = arena.verify().ok;
    arena.detach();
    return { supports: supports(), values, handle, sound };
  } catch (error) {
    return { error: said(error as Error) };
  }
}

/** Has a map built by a builder in a worker; what became of it. */
export async function builds() {
  const arena = Arena.create({ bytes: 2 ** 24 });
  const map = AvlBatch.create(arena, { value: u32, batch: { maxDelayMs: 60_000, maxOps: 2 } });
  let tell: (error: Error) => void = () => {};
  const failed = new Promise<Error>((resolve) => {
    tell = resolve;
  });
  const builder = map.startBuilder({ worker: true, onError: (error) => tell(error) });
  const built = async () => {
    while (arena.stats().participants.length < 2) await new Promise((next) => setTimeout(next, 5));
    map.set('a', 1);
    return map.settled(map.set('b', 2));
  };
  const result = await Promise.race([
    built().then((outcome) => ({ ...outcome, size: map.size })),
    failed.then((error) => ({ error: said(error) })),
  ]);
  await builder.stop();
  const { length } = arena.stats().participants;
  arena.detach();
  return { ...result, participants: length };
}
