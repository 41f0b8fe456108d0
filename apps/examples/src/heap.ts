// How much of its heap a thread needs, without what is only waiting to be collected.

import { setImmediate as turn } from 'node:timers/promises';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** This thread's heap after a full collection, from a turn of its own: nothing is on the stack. */
export async function heapUsed(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  await turn();
  collect();
  await turn();
  collect();
  return getHeapStatistics().used_heap_size;
}
