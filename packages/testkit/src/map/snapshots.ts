// Snapshots: one instant, whatever is written after it; and what they keep goes with them.

import { u32 } from '@x/shm-arena/codec';
import { same, throws } from '../assert.ts';
import { userKey } from '../random.ts';
import { content, type MapTest } from '../world.ts';

const numbered = (count: number) =>
  Array.from({ length: count }, (_, n): [string, number] => [userKey(n), n]);

export const snapshots: readonly MapTest[] = [
  {
    name: 'a snapshot shows one instant, whatever is written',
    run(world) {
      const map = world.filled<string, number>({ value: u32 }, numbered(1000));
      const [before, twin] = [map.snapshot(), map.snapshot()];
      for (let n = 0; n < 1000; n += 2) map.delete(userKey(n));
      world.settle(map);
      const after = map.snapshot();
      for (let n = 0; n < 1000; n++) map.set(userKey(n), 0);
      world.settle(map);
      same([before.size, after.size, map.size], [1000, 500, 1000]);
      same(content(before), numbered(1000));
      same(
        content(after),
        numbered(1000).filter(([, n]) => n % 2 === 1),
      );
      same(
        [before.get(userKey(4)), after.get(userKey(4)), after.has(userKey(4))],
        [...[4, undefined, false]],
      );
      same(before.getMany([userKey(4), 'x']), [4, undefined]);
      twin.close();
      same(before.get(userKey(999)), 999);
      before.close();
      after[Symbol.dispose]();
      after.close();
      throws(() => after.get('a'), 'SNAPSHOT_CLOSED');
      world.arena.recover();
      same(world.arena.stats().pinned, { oldest: undefined, bytes: 0 });
    },
  },
  {
    name: 'many snapshots at once, of many instants',
    run(world) {
      const map = world.make<string, number>({ value: u32 });
      const taken = Array.from({ length: 200 }, (_, n) => {
        world.fill(map, [['n', n]]);
        return map.snapshot();
      });
      same(
        taken.map((snapshot) => snapshot.get('n')),
        taken.map((_, n) => n),
      );
      for (const snapshot of taken) snapshot[Symbol.dispose]();
      world.arena.recover();
      same(world.arena.stats().pinned, { oldest: undefined, bytes: 0 });
    },
  },
];
