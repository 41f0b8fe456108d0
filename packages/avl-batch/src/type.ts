// The kind of structure, as the arena's directory and recovery know it.

import { type Crossing, longOf, MapStatus, type StructureType } from '@x/shm-arena/internal';
import { KERNEL_BYTES, PROTOCOL, type TreeKernel, TYPE } from './kernel.ts';

const { AUDIT } = MapStatus;

export const AVL_BATCH: StructureType<TreeKernel> = {
  type: TYPE,
  protocol: PROTOCOL,
  kernel: KERNEL_BYTES,
  repair: (kernel, entry, slot) => kernel.repair(entry, slot),
  verify(kernel, entry, generation, crossing) {
    crossing.begin();
    return problems(kernel.audit(entry, generation), entry, crossing);
  },
};

/** What `audit` checks, by the codes of assembly/audit.ts. */
const CHECKS = [
  'order of keys',
  'balance',
  'height',
  'size',
  'region',
  'lock of the dead',
  'position of a queue',
  'cold part',
];

/** What the status of an audit says, in a sentence; none when it found nothing. */
export function problems(status: number, entry: number, { words }: Crossing): string[] {
  if (status < AUDIT) return [];
  const word = (index: number) => words[index] as number;
  const code = status - AUDIT;
  return [
    `AvlBatch ${entry}: check ${code} (${CHECKS[code - 1]}) fails at offset ${word(0) >>> 0}: ` +
      `found ${longOf(word(2), word(3))}, expected ${longOf(word(4), word(5))}`,
  ];
}
