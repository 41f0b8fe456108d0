// What ordered structures share on the TypeScript side.

export { type AnyCore, codecsOf, longOf, MapCore, type MapKernel, MapStatus } from './core.ts';
export { type GetMany, getMany } from './many.ts';
export {
  type BoundEncoder,
  type Bounds,
  CodecBounds,
  compareBytes,
  EVERYTHING,
  encodeRange,
  narrowed,
} from './range.ts';
export {
  ENTRY_HEAD,
  giveRecords,
  RECORD_TOMBSTONE,
  Records,
  takeRecords,
  VERSION_HEAD,
} from './records.ts';
export { EntryBatch, RangeFlag, RangeScan, readSome } from './scan.ts';
export { Snapshots } from './snapshots.ts';
export { Batch, ENTRIES, KEYS, KeyIterator, OrderedView, VALUES } from './view.ts';
