// The kind of structure, as the arena's directory and recovery know it.

import { mapType } from '@x/shm-arena/map';
import { kernelBytes, OWN, type TreeKernel, TYPE } from './kernel.ts';

/** What `audit` checks, by the codes of assembly/audit.ts. */
const CHECKS = [
  'order of keys',
  'balance',
  'height',
  'size',
  'region',
  'position of a queue',
  'cold part',
  'bytes that live',
];

export const AVL_BATCH = mapType<TreeKernel>({
  type: TYPE,
  own: OWN,
  kernel: kernelBytes,
  problem: ({ check, entry, at, found, expected }) =>
    `${TYPE} ${entry}: check ${check} (${CHECKS[check - 1]}) fails at offset ${at}: ` +
    `found ${found}, expected ${expected}`,
});
