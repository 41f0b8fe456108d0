// What stands on the objects that users hold: the contract's names and no others, so that a name
// that is misremembered is a TypeError and not a call of something inside.

import type { MapTest } from '../world.ts';
import { hasNames } from '../wrong.ts';

const READS = 'get has size getMany entries keys values forEach close';
const WRITES = 'handle set insert delete compareAndSet snapshot verify destroy';
const ORDERED = 'scan first last floor ceiling lower higher count cursor';

const namesTest = (reads: string): MapTest => ({
  name: 'a map and a snapshot have the names of the contract alone',
  run(world) {
    const { names } = world.subject;
    const map = world.make();
    hasNames(map, `${reads} ${WRITES} ${names.map}`);
    hasNames(map.snapshot(), `${reads} ${names.snapshot}`);
  },
});

export const mapNames = namesTest(READS);
export const orderedNames = namesTest(`${READS} ${ORDERED}`);
