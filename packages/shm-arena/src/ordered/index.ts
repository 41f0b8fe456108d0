// What ordered structures share on the TypeScript side.

export {
  type BoundEncoder,
  type Bounds,
  CodecBounds,
  compareBytes,
  EVERYTHING,
  encodeRange,
  narrowed,
} from './range.ts';
export { giveRecords, RECORD_TOMBSTONE, Records, takeRecords } from './records.ts';
export { Batch, ENTRIES, KEYS, KeyIterator, OrderedView, VALUES } from './view.ts';
