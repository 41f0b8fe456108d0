// @x/shm-arena/ordered: what maps have in common, and ordered maps beside that, and how they take
// keys and values. Experimental: it may change in any release.

export { mapType, verifyMap } from './map/audit.ts';
export { Batch, ENTRIES, KEYS, readSome, type Scan, VALUES } from './map/batch.ts';
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
} from './map/core.ts';
export { MapReader } from './map/reader.ts';
export {
  ENTRY_HEAD,
  giveRecords,
  RECORD_TOMBSTONE,
  Records,
  takeRecords,
  VERSION_HEAD,
} from './map/records.ts';
export { Snapshots } from './map/snapshots.ts';
export { KeyIterator, type MapSource, MapView, NUMBERS, READER } from './map/view.ts';
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
export { OrderedReader } from './ordered/reader.ts';
export { RangeScan } from './ordered/scan.ts';
export { entriesOf, type OrderedSource, OrderedView } from './ordered/view.ts';
// The codec entry point is built upon this one (tsup.config.ts).
export * from './values/codecs.ts';
export {
  type KeyPort,
  keyPort,
  MAX_KEY_BYTES,
  type ValuePort,
  valuePort,
} from './values/ports.ts';
