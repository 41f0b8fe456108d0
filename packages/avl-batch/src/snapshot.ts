// A map as of one instant: the version that was the present one, and a lease that keeps its
// generation.

import { NUMBERS, READER } from '@x/shm-arena/map';
import { SHOW } from '@x/shm-arena/structure';
import { SNAP_NUMBER, SNAP_ROOT, SNAP_SIZE } from '../build/numbers/arena/map/result.ts';
import type { AvlBatchSnapshot } from './api.ts';
import type { Core } from './core.ts';
import { TreeReader, TreeView } from './view.ts';

export class Snapshot<K, V> extends TreeView<K, V> implements AvlBatchSnapshot<K, V> {
  readonly #version: bigint;
  readonly #size: number;

  /** Of what `snapshot` has left in the result block. */
  constructor(core: Core<K, V>, letGo: () => void) {
    super(new TreeReader(core, core.result(SNAP_ROOT), letGo));
    this.#size = core.result(SNAP_SIZE);
    this.#version = core.resultLong(SNAP_NUMBER);
  }

  get version(): bigint {
    this[READER].checkAll();
    return this.#version;
  }

  override get size(): number {
    this[READER].checkAll();
    return this.#size;
  }

  override get [Symbol.toStringTag](): string {
    return 'AvlBatchSnapshot';
  }

  override [SHOW](): object {
    return { version: this.#version, ...super[SHOW]() };
  }

  protected override [NUMBERS](): object {
    return { size: this.#size };
  }
}
