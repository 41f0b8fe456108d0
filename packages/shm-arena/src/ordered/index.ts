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
export {
  BATCH,
  BEGIN,
  BOUND,
  CHECK,
  CHECK_ALL,
  CORE,
  COUNT_WITHIN,
  ENDED,
  ENTRIES_OF,
  EXISTS,
  GONE,
  NUMBERS,
  OPEN,
  OVER,
  READ,
  SCAN_OF,
  TARGET,
  TRY_GET,
  TRY_GET_MANY,
} from './inside.ts';
export { MapView } from './mapview.ts';
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
export { Batch, ENTRIES, KEYS, KeyIterator, OrderedView, VALUES } from './view.ts';
