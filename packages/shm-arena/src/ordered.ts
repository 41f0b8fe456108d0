// @x/shm-arena/ordered: what ordered maps have in common, and how they take keys and values.
// Experimental: it may change in any release.

export { mapType, verifyMap } from './ordered/audit.ts';
export {
  type AnyCore,
  type BoundArgs,
  codecsOf,
  type KeyArgs,
  longOf,
  type MapArgs,
  MapCore,
  type MapKernel,
  type OutArgs,
} from './ordered/core.ts';
export { MapView, NUMBERS } from './ordered/mapview.ts';
export {
  type BoundEncoder,
  type Bounds,
  CodecBounds,
  compareBytes,
  EVERYTHING,
  encodeRange,
  narrowed,
  RANGE,
} from './ordered/range.ts';
export { MapReader } from './ordered/reader.ts';
export {
  ENTRY_HEAD,
  giveRecords,
  RECORD_TOMBSTONE,
  Records,
  takeRecords,
  VERSION_HEAD,
} from './ordered/records.ts';
export { RangeScan, readSome } from './ordered/scan.ts';
export { Snapshots } from './ordered/snapshots.ts';
export {
  Batch,
  ENTRIES,
  type EntrySource,
  entriesOf,
  KEYS,
  KeyIterator,
  OrderedView,
  READER,
  VALUES,
} from './ordered/view.ts';
// The codec entry point is built upon this one (tsup.config.ts).
export * from './values/codecs.ts';
export {
  type KeyPort,
  keyPort,
  MAX_KEY_BYTES,
  type ValuePort,
  valuePort,
} from './values/ports.ts';
