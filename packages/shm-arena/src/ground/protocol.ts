// The numbers of a kernel. What two kernels share in memory is a layout and an order of steps; each
// component of them (the arena, the blocks of the reclaimers, a structure) has a number, and a
// kernel exports the numbers of all that was compiled into it. They are compared with what stands
// in the memory: the arena's in its header, those of a structure in its directory entry.

import { H_PROTOCOL } from '../../build/numbers/ground/layout.ts';
import { ShmError, typeError } from './errors.ts';
import type { AnyKernel } from './kernel.ts';

const SUFFIX = '_PROTOCOL';

/** Which components beside the arena a structure's kernel may be linked with, 16 bits for each. */
const LINKED = ['LIMBO_PROTOCOL', 'EPOCH_PROTOCOL'] as const;
const LINKED_BITS = 16;
const LARGEST = 2 ** LINKED_BITS - 1;

/** A structure's numbers, as a directory entry keeps them. */
export interface Protocols {
  readonly protocol: number;
  /** The numbers of LINKED, packed; 0: not linked. */
  readonly linked: number;
}

/** The number that a kernel exports as `name`. */
function numberOf(kernel: AnyKernel, name: string): number {
  const { value } = (kernel as unknown as Record<string, WebAssembly.Global>)[name] ?? {};
  if (Number.isInteger(value) && value > 0 && value <= LARGEST) return value;
  throw typeError(`expected a kernel that exports ${name}, from 1 to ${LARGEST}, found ${value}`);
}

/** The arena's number, with which a kernel was compiled. */
export function arenaProtocol(kernel: AnyKernel): number {
  return numberOf(kernel, 'ARENA_PROTOCOL');
}

/** A structure's numbers; its kernel exports its own as `own`. */
export function protocolsOf(kernel: AnyKernel, own: string): Protocols {
  let linked = 0;
  for (const [index, name] of LINKED.entries()) {
    if (name in kernel && name !== own) linked |= numberOf(kernel, name) << (index * LINKED_BITS);
  }
  return { protocol: numberOf(kernel, own), linked: linked >>> 0 };
}

/** Throws unless a kernel was compiled for the arena that stands in this memory. */
export function checkArenaProtocol(kernel: AnyKernel, memory: WebAssembly.Memory, who: string) {
  const found = new Uint32Array(memory.buffer, H_PROTOCOL, 1)[0]!;
  same(who, 'ARENA_PROTOCOL', arenaProtocol(kernel), found);
}

/** Throws unless a structure was made by a kernel with the same numbers. */
export function checkProtocols(who: string, own: string, expected: Protocols, found: Protocols) {
  same(who, own, expected.protocol, found.protocol);
  for (const [index, name] of LINKED.entries()) {
    const bits = (word: number) => (word >>> (index * LINKED_BITS)) & LARGEST;
    same(who, name, bits(expected.linked), bits(found.linked));
  }
}

/** Throws unless the two are equal. */
export function same(who: string, name: string, expected: number, found: number): void {
  if (expected === found) return;
  const component = name.slice(0, -SUFFIX.length).toLowerCase();
  throw new ShmError(
    'ARENA_PROTOCOL',
    `${who}: expected ${component} protocol ${expected}, found ${found}; use one release of ` +
      'each package in all threads, and for all images',
  );
}
