// What ordered structures share on the TypeScript side.

export { mapType, verifyMap } from './audit.ts';
export {
  type AnyCore,
  type BoundArgs,
  codecsOf,
  type KeyArgs,
  longOf,
  type MapArgs,
  MapCore,
  type MapKernel,
  MapStatus,
  type OutArgs,
} from './core.ts';
export { MapView, NUMBERS } from './mapview.ts';
export {
  type BoundEncoder,
  type Bounds,
  CodecBounds,
  compareBytes,
  EVERYTHING,
  encodeRange,
  narrowed,
  RANGE,
} from './range.ts';
export { MapReader } from './reader.ts';
export {
  ENTRY_HEAD,
  giveRecords,
  RECORD_TOMBSTONE,
  Records,
  takeRecords,
  VERSION_HEAD,
} from './records.ts';
export { RangeFlag, RangeScan, readSome } from './scan.ts';
export { Snapshots } from './snapshots.ts';
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
} from './view.ts';
