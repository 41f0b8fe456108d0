// @x/shm-arena/structure: what every structure builds on, whatever it holds. What other packages
// may rely on stands in the README, of all entries for them.

export type { StructureHandle } from './api.ts';
// The entry point of arenas is built upon this one (tsup.config.ts).
export { Arena } from './api.ts';
export { freeBytes } from './arena/report.ts';
export { SHM_ERROR_CODES } from './ground/codes.ts';
export {
  amidst,
  corrupt,
  describe,
  droppable,
  foreignError,
  functionOf,
  isFull,
  iterableOf,
  rangeError,
  ShmError,
  typeError,
  wholeNumber,
} from './ground/errors.ts';
export {
  type AnyKernel,
  type ArenaKernel,
  instantiate,
  type KernelBytes,
  PAGE_BYTES,
  SLICE_BYTES,
  SlotKind,
  Status,
} from './ground/kernel.ts';
export { flagOf, type Members, optionsOf } from './ground/options.ts';
export { counts, SHOW, Shown, showing, shown } from './ground/shown.ts';
export { mayBlock, supports, workerThreads } from './ground/supports.ts';
export { probe, watch } from './life/deaths.ts';
export { handleOf } from './life/handles.ts';
export type { Seat } from './life/seat.ts';
export { seatOf } from './life/seats.ts';
export { changed } from './structure/changed.ts';
export type { StructureType } from './structure/kind.ts';
export {
  dropGrant,
  type Grant,
  grantRoot,
  type Lease,
  listGrants,
  takeGrant,
  takeLease,
} from './structure/lease.ts';
export {
  attachStructure,
  type Build,
  createStructure,
  Membership,
  openOrCreateStructure,
  openStructure,
  type StructureCodecs,
  type StructureOptions,
} from './structure/structure.ts';
export { type LazyKernel, letGo } from './structure/turn.ts';
export { type Crossing, RESULT_BYTES } from './values/crossing.ts';
export * from './values/encoding.ts';
export { checkString, readText, writeText } from './values/text.ts';
