// Reading: the present state, or a snapshot's.

import { type Bounds, TargetReader } from '@x/shm-arena/ordered';
import { COUNT_ONLY } from '../build/numbers/scan.ts';
import type { Core } from './core.ts';

export class TreeReader<K, V> extends TargetReader<Core<K, V>, K, V> {
  override countWithin(bounds: Readonly<Bounds>): number {
    return super.countWithin(bounds, COUNT_ONLY);
  }
}
