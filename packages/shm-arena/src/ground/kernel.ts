// The arena's kernel as JavaScript sees it, and how any package's kernel gets an instance.
// assembly/index.ts says what each function does.

import kernel from '../../build/kernel.wasm';
import {
  BAD,
  CLOSED,
  CONTENDED,
  DOUBLE_FREE,
  ENTRY_LIVE,
  EXPELLED,
  FULL,
  LIMIT,
  NO_SLOT,
  OK,
  PAGE,
  SLICE,
  SLOT_ALIVE,
  SLOT_DEAD,
  SLOT_FREE,
  SLOT_ORPHANED,
  TAKEN,
  UNKNOWN,
} from '../../build/numbers/ground/layout.ts';
import type { ArenaMemory } from '../api.ts';
import { ShmError } from './errors.ts';

/** What gives the wasm bytes of a kernel. */
export type KernelBytes = () => Uint8Array<ArrayBuffer>;

/** The arena's own kernel. */
export const kernelBytes: KernelBytes = kernel;

/** Status codes, the same in every kernel. */
export const Status = {
  OK,
  FULL,
  CONTENDED,
  LIMIT,
  BAD,
  DOUBLE_FREE,
  EXPELLED,
  CLOSED,
  TAKEN,
  UNKNOWN,
  NO_SLOT,
} as const;

/** What `slotKind` returns. */
export const SlotKind = {
  FREE: SLOT_FREE,
  ALIVE: SLOT_ALIVE,
  DEAD: SLOT_DEAD,
  ORPHANED: SLOT_ORPHANED,
} as const;

/** What `entryKind` returns for a structure that is in use. */
export { ENTRY_LIVE };

export const PAGE_BYTES = PAGE;
export const SLICE_BYTES = SLICE;

/** What every kernel exports, of whatever package. */
export interface AnyKernel {
  /** The arena's number that it was compiled with; protocol.ts compares it. */
  readonly ARENA_PROTOCOL: { readonly value: number };
  /** Makes the instance work for a slot of this thread. */
  join(slot: number): void;
}

/** A wasm `bool`. */
type Bool = number;

export interface ArenaKernel extends AnyKernel {
  setup(): void;
  view(): void;
  create(
    pages: number,
    participants: number,
    flags: number,
    id0: number,
    id1: number,
    id2: number,
    id3: number,
    seed0: number,
    seed1: number,
    seed2: number,
    seed3: number,
  ): number;
  systemPages(pages: number, participants: number): number;
  inspect(wasmPages: number): number;
  found(): number;
  expected(): number;

  attach(threadId: number): number;
  detach(): number;
  alive(): Bool;
  status(): number;
  participants(): number;
  slotKind(slot: number): number;
  slotGeneration(slot: number): number;
  slotThread(slot: number): number;
  bury(slot: number, generation: number): Bool;
  buryThread(threadId: number): number;
  watch(threadId: number): number;
  unwatch(threadId: number): void;
  watched(slot: number, index: number): number;
  setLockHeld(flag: number): void;
  lockHeld(slot: number): number;
  scratch(): number;
  scratchBytes(): number;
  stage(bytes: number): number;
  unstage(): number;
  random(): number;
  resultLow(): number;
  resultHigh(): number;

  alloc(bytes: number, align: number): number;
  free(at: number): number;
  sizeOf(at: number): number;
  trim(): number;

  regionOpen(budgetPages: number): number;
  regionGeneration(region: number): number;
  regionAlloc(region: number, bytes: number, align: number): number;
  regionMark(region: number): number;
  regionRewind(region: number, mark: number): number;
  regionClose(region: number, generation: number): number;
  regionPages(region: number): number;
  sweep(): number;

  pin(): void;
  unpin(): void;
  protect(): Bool;
  leaseTake(): number;
  leaseHold(name: number): Bool;
  leaseDrop(name: number): void;
  leaseAnchor(oldest: number, newest: number): void;

  grants(): number;
  grantTake(entry: number, generation: number): number;
  grantHold(record: number): Bool;
  grantGive(record: number, root: number): number;
  grantDrop(record: number, generation: number): number;
  grantFind(record: number, generation: number, entry: number, entryGeneration: number): number;
  grantNext(entry: number, generation: number, from: number): number;
  grantGeneration(record: number): number;
  eraLow(): number;
  eraHigh(): number;

  entryClaim(at: number): number;
  entryPublish(entry: number, generation: number, root: number): number;
  entryAbandon(entry: number, generation: number): number;
  entryFind(at: number, length: number): number;
  entryJoin(entry: number, generation: number): number;
  entryLeave(entry: number, generation: number): void;
  entryAlive(entry: number, generation: number): Bool;
  entryDestroy(entry: number, generation: number): number;
  entryGeneration(entry: number): number;
  entryKind(entry: number): number;
  entryRead(entry: number, at: number): number;
  entryRoot(entry: number): number;
  entries(): number;

  reap(slot: number): number;
  recoverArena(slot: number): number;
  nextJoined(slot: number, from: number): number;
  unjoin(entry: number, slot: number): void;
  finishRecovery(slot: number): Bool;

  stats(at: number): number;
  verify(at: number, capacity: number): number;
  structureSlices(entry: number, generation: number): number;

  nextUsed(page: number): number;
  isZero(at: number, bytes: number): Bool;
  hash(at: number, bytes: number): void;
  thaw(): number;
}

const modules = new WeakMap<KernelBytes, WebAssembly.Module>();
const instances = new WeakMap<WebAssembly.Memory, Map<KernelBytes, WebAssembly.Exports>>();

/**
 * A package's kernel on an arena's memory: compiled once in a thread, one instance a memory. The
 * caller joins it to the thread's slot. Compiles where it is called, which the main thread of an
 * old browser refuses for modules beyond 4 KiB.
 *
 * @param kernel always the same function for the same kernel
 */
export function instantiate<X extends AnyKernel>(kernel: KernelBytes, memory: ArenaMemory): X {
  let own = instances.get(memory);
  if (own === undefined) instances.set(memory, (own = new Map()));
  let exports = own.get(kernel);
  if (exports === undefined) {
    let module = modules.get(kernel);
    if (module === undefined) modules.set(kernel, (module = compile(kernel)));
    ({ exports } = new WebAssembly.Instance(module, { env: { memory } }));
    own.set(kernel, exports);
  }
  return exports as unknown as X;
}

function compile(kernel: KernelBytes): WebAssembly.Module {
  try {
    return new WebAssembly.Module(kernel());
  } catch (cause) {
    // Every engine that has shared memory takes a kernel: it is the page's policy that does not.
    const { message } = cause as Error;
    const words =
      'expected a platform that compiles WebAssembly with shared memory, where a ' +
      `Content-Security-Policy says \`script-src … 'wasm-unsafe-eval'\`, found: ${message}`;
    throw Object.assign(new ShmError('UNSUPPORTED', words), { cause });
  }
}
