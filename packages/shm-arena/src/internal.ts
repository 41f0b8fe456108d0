// What the sibling packages build on. Experimental: it may change in any release.

export type { Arena, StructureHandle } from './api.ts';
export { encodeKey, prefixEnd } from './codec.ts';
export {
  type Crossing,
  type KeyPort,
  MAX_KEY_BYTES,
  RESULT_BYTES,
  type ValuePort,
  tooLarge,
} from './crossing.ts';
export { ShmError, describe, rangeError, typeError, wholeNumber } from './errors.ts';
export {
  type AnyKernel,
  type ArenaKernel,
  PAGE_BYTES,
  SlotKind,
  Status,
  instantiate,
} from './kernel.ts';
export { type Lease, takeLease } from './lease.ts';
export * from './ordered/index.ts';
export { type Seat, seatOf } from './seat.ts';
export {
  type Build,
  Membership,
  type StructureCodecs,
  type StructureOptions,
  type StructureType,
  attachStructure,
  createStructure,
  openOrCreateStructure,
  openStructure,
} from './structure.ts';
