// @x/shm-arena/ordered: what ordered maps have beside what every map has: ranges, scans, cursors.

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
export { type BoundArgs, eachKey, RangeScan } from './ordered/scan.ts';
export type { OrderedSource } from './ordered/source.ts';
export { type TargetKernel, TargetReader } from './ordered/target.ts';
export { entriesOf, OrderedView } from './ordered/view.ts';
export type { Walk } from './ordered/walk.ts';
export { writableOrdered } from './ordered/writable.ts';
