// The jobs that test workers do, on the built packages.

import { u32 } from '@x/shm-arena/codec';
import { desk, mapJobs, work } from '@x/testkit/worker';
import { SortedArray } from '../../dist/index.js';

const map = SortedArray.attach(desk.arena, desk.handle, { value: u32 });

const working = {
  type: SortedArray,
  settle: (_, said) => said === true,
  calls: () => [],
  sights: () => [],
  put: (_, write) => write(),
};

await work(map, mapJobs(desk, map, working));
