// @x/shm-arena/map: what maps have in common, ordered or not, and how they take keys and values.

export { mapType } from './map/audit.ts';
export { Batch, ENTRIES, EntryBatch, KEYS, readSome, type Scan, VALUES } from './map/batch.ts';
export {
  type AnyCore,
  codecsOf,
  type KeyArgs,
  longOf,
  type MapArgs,
  MapCore,
  type MapKernel,
  type OutArgs,
  type ValueArgs,
} from './map/core.ts';
export { type Owned, owned } from './map/owned.ts';
export { givePortion, Portion, takePortion } from './map/portion.ts';
export { MapReader } from './map/reader.ts';
export {
  EntryIterator,
  KeyIterator,
  type MapSource,
  MapView,
  NUMBERS,
  READER,
  ValueIterator,
} from './map/view.ts';
export { WRITER, type Writes, writable } from './map/writable.ts';
export { KINDS, pairOf, type WritableKernel, type WriteKinds } from './map/writer.ts';
// The codec entry point is built upon this one (tsup.config.ts).
export * from './values/codecs.ts';
export {
  type KeyPort,
  keyPort,
  MAX_KEY_BYTES,
  type ValuePort,
  valuePort,
} from './values/ports.ts';
