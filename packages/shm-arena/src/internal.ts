// What the sibling packages build on. Experimental: it may change in any release.

export { encodeKey, prefixEnd } from './codec.ts';
export {
  type Crossing,
  type KeyPort,
  MAX_KEY_BYTES,
  RESULT_BYTES,
  type ValuePort,
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
export {
  type BoundEncoder,
  type Bounds,
  CodecBounds,
  EVERYTHING,
  compareBytes,
  encodeRange,
  narrowed,
} from './ordered/range.ts';
export { RECORD_TOMBSTONE, Records, giveRecords, takeRecords } from './ordered/records.ts';
export { Batch, ENTRIES, KEYS, OrderedView, VALUES } from './ordered/view.ts';
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
