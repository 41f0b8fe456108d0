// The suite of all reclaimers over the schemes of this package; it stands beside the arena's tests.

import { conformance } from '../../shm-arena/test/reclaim/conformance.ts';
import { subjects } from './subjects.ts';

for (const subject of subjects) conformance(subject);
