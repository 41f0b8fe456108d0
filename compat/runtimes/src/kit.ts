// What the suite of reclaimers takes of the kit, without vitest.

import { Job as Thread } from '../../../packages/testkit/node/threads.ts';
import { runsOn, stops } from './stopping.ts';

export { leftOf } from '../../../packages/testkit/node/dropped.ts';
export { replay, seed } from '../../../packages/testkit/node/seed.ts';
export * from '../../../packages/testkit/src/index.ts';

export class Job extends Thread {
  override async terminate(): Promise<void> {
    await super.terminate();
    if (!stops) runsOn();
  }
}
