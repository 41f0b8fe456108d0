// A map as of one instant: the version that was the present one, and a lease that keeps its
// generation.

import { CHECK_ALL, ENDED, NUMBERS, OVER, SHOW, ShmError } from '@x/shm-arena/internal';
import type { AvlBatchSnapshot } from './api.ts';
import type { Core } from './core.ts';
import { TreeView } from './view.ts';

export class Snapshot<K, V> extends TreeView<K, V> implements AvlBatchSnapshot<K, V> {
  readonly #version: bigint;
  readonly #size: number;
  readonly #letGo: () => void;

  /** Of what `snapshot` has left in the result block. */
  constructor(core: Core<K, V>, letGo: () => void) {
    super(core, core.result(0));
    this.#size = core.result(1);
    this.#version = core.resultLong(2);
    this.#letGo = letGo;
  }

  get version(): bigint {
    this[CHECK_ALL]();
    return this.#version;
  }

  override get size(): number {
    this[CHECK_ALL]();
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

  protected override [ENDED](): Error {
    return new ShmError('SNAPSHOT_CLOSED', 'this snapshot is closed');
  }

  close(): void {
    if (this[OVER]) return;
    this[OVER] = true;
    this.#letGo();
  }
}
