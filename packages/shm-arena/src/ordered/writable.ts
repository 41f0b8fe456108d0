// The class of the handles of an ordered map that is written key by key.

import type { AnyCore } from '../map/core.ts';
import type { Owned } from '../map/owned.ts';
import type { MapReader } from '../map/reader.ts';
import { type Writes, writable } from '../map/writable.ts';
import type { WriteKinds } from '../map/writer.ts';
import type { OrderedSource } from './source.ts';
import { OrderedView } from './view.ts';

/** The views that have `R` to read with, ordered, owned and written. */
type WritableView = abstract new <R extends MapReader<AnyCore, K, V> & OrderedSource<K, V>, K, V>(
  reader: R,
) => OrderedView<R, K, V> & Owned & Writes<K, V>;

/** @param kinds the numbers of the kernel's kinds of writes */
export function writableOrdered(kinds: WriteKinds): WritableView {
  return writable(OrderedView, kinds) as never;
}
