// What the sibling packages build on. Experimental: it may change in any release.

export type { Arena, StructureHandle } from './api.ts';
export type { AtomicHandle, BlockStats, Blocks, BlocksFactory, Reader } from './blocks.ts';
export * from './codecs.ts'; // The codec entry point is built upon this one (tsup.config.ts).
export { type Crossing, RESULT_BYTES } from './crossing.ts';
export { probe, watch } from './deaths.ts';
export * from './domain.ts';
export {
  AS_KEY,
  AS_VALUE,
  allocate,
  encodeInto,
  encodeKey,
  type How,
  KIND,
  type Staging,
  tooLarge,
} from './encoding.ts';
export {
  describe,
  droppable,
  functionOf,
  iterableOf,
  rangeError,
  ShmError,
  typeError,
  wholeNumber,
} from './errors.ts';
export { handleOf } from './handles.ts';
export {
  type AnyKernel,
  type ArenaKernel,
  instantiate,
  PAGE_BYTES,
  SlotKind,
  Status,
} from './kernel.ts';
export type { StructureType } from './kind.ts';
export {
  dropGrant,
  type Grant,
  grantRoot,
  type Lease,
  listGrants,
  takeGrant,
  takeLease,
} from './lease.ts';
export { flagOf, type Members, optionsOf } from './options.ts';
export * from './ordered/index.ts';
export {
  type KeyPort,
  keyPort,
  MAX_KEY_BYTES,
  type ValuePort,
  valuePort,
} from './ports.ts';
export { freeBytes } from './report.ts';
export type { Seat } from './seat.ts';
export { seatOf } from './seats.ts';
export { counts, SHOW, Shown, showing, shown } from './shown.ts';
export {
  attachStructure,
  type Build,
  createStructure,
  Membership,
  openOrCreateStructure,
  openStructure,
  type StructureCodecs,
  type StructureOptions,
} from './structure.ts';
export { mayBlock, workerThreads } from './supports.ts';
export { type LazyKernel, letGo } from './turn.ts';
