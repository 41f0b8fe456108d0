// A structure that consists of its directory entry alone, whose kernel is the arena's own; and
// threads that consist of a kernel.
import type { Arena } from '../src/api.ts';
import { type ArenaKernel, kernelBytes, Status } from '../src/ground/kernel.ts';
import type { StructureType } from '../src/structure/kind.ts';
import { type Build, createStructure } from '../src/structure/structure.ts';

/** A kind of structure of which nothing is ever to be repaired. */
export function bare(type: string): StructureType<ArenaKernel> {
  return {
    ...{ type, own: 'ARENA_PROTOCOL', kernel: kernelBytes },
    repair: () => Status.OK,
    verify: () => [],
  };
}

/** What of a structure stands behind its entry: one number. */
export const ROOT = 4711;

export const buildBare: Build<ArenaKernel> = (_kernel, _entry, _generation, crossing) => {
  crossing.begin();
  crossing.words[0] = ROOT;
  return Status.OK;
};

/** Creates one. */
export function createBare(arena: Arena, type: StructureType<ArenaKernel>, name: string) {
  return createStructure(arena, type, { name }, buildBare);
}

const module = new WebAssembly.Module(kernelBytes());

/** Another thread, as far as the arena can tell: attached, it does what it is told. */
export function otherThread(memory: WebAssembly.Memory): { k: ArenaKernel; slot: number } {
  const k = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as ArenaKernel;
  return { k, slot: k.attach(0) };
}
