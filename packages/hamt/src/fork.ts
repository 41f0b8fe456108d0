// Forks: the steps of assembly/fork.ts, in their order.

import { type MapArgs, mapType } from '@x/shm-arena/map';
import {
  type Arena,
  createStructure,
  type Membership,
  Status,
  type StructureOptions,
  takeGrant,
} from '@x/shm-arena/structure';
import { ANSWER, SNAP_ROOT } from '../build/numbers/arena/map/result.ts';
import { type Core, HOLD_TYPE, KIND, type TrieKernel } from './kernel.ts';

/** What keeps the memory of a fork's elder lines: no user has it in hand. */
const HOLD = mapType<TrieKernel>({ ...KIND, type: HOLD_TYPE, problem: () => '' });

/** A new map, which begins as `core`'s is now. */
export function forkStructure<K, V>(
  arena: Arena,
  core: Core<K, V>,
  options: StructureOptions,
): Membership<TrieKernel> {
  const { entry: elder, generation: life } = core;
  let hold: Membership<TrieKernel> | undefined;
  let target = 0;
  let grant = 0;
  const build = (kernel: TrieKernel, entry: number, generation: number): number => {
    const line: MapArgs = [entry, generation];
    if (hold === undefined) {
      hold = createStructure(arena, HOLD, {}, (_, own, ownLife) =>
        core.askMap('snapshot', () => kernel.hold(own, ownLife, ...line, elder, life)),
      );
      const load = () => {
        core.askMap('snapshot', (_, ...map) => kernel.snapshot(...map));
        target = core.result(SNAP_ROOT);
        return target;
      };
      grant = takeGrant(hold, load).record;
    }
    return kernel.fork(...line, elder, life, target | 0, grant, hold.entry, hold.generation);
  };
  try {
    return createStructure(arena, KIND, options, build);
  } finally {
    // It stands, or its line is not there: then it goes.
    if (core.seat.isAlive()) core.kernel.dropHolds();
    hold?.close();
  }
}

/** Joins the hold of a map that is open, if it is a fork; returns what leaves it. */
export function joinHold<K, V>(core: Core<K, V>): () => void {
  const { kernel, seat, entry, generation } = core;
  core.crossing.begin();
  if (kernel.holdOf(entry, generation) !== Status.OK) return () => {};
  const [hold, life] = [core.result(ANSWER), core.result(ANSWER + 4)];
  if (hold === 0) return () => {};
  seat.kernel.entryJoin(hold - 1, life);
  return () => seat.kernel.entryLeave(hold - 1, life);
}
