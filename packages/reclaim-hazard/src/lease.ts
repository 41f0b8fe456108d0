// Leases: of one thread, and shared ones.

import {
  dropGrant,
  type Grant,
  grantRoot,
  type Lease,
  SHOW,
  ShmError,
  Shown,
} from '@x/shm-arena/structure';
import type * as api from './api.ts';
import type { HazardCore } from './core.ts';

/** A lease of one instant. */
export class Instant extends Shown implements api.Lease {
  readonly root: number;
  readonly #lease: Lease;
  readonly #core: HazardCore;
  isOpen = true;

  constructor(core: HazardCore, lease: Lease, root: number) {
    super();
    this.#lease = lease;
    this.root = root;
    this.#core = core;
  }

  override get [Symbol.toStringTag](): string {
    return 'Lease';
  }

  override [SHOW](): object {
    return { root: this.root, closed: !this.isOpen };
  }

  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#lease.drop();
    this.#core.leases.delete(this);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** A lease of the domain's own, as one thread sees it. */
export class Shared extends Shown implements api.SharedLease {
  readonly root: number;
  readonly #core: HazardCore;
  readonly #grant: Grant;

  constructor(core: HazardCore, grant: Grant, root: number) {
    super();
    this.#core = core;
    this.#grant = grant;
    this.root = root;
  }

  override get [Symbol.toStringTag](): string {
    return 'SharedLease';
  }

  override [SHOW](): object {
    return { root: this.root, closed: !this.isOpen };
  }

  get handle(): api.SharedLeaseHandle {
    return { domain: this.#core.member.handle, ...this.#grant };
  }

  get isOpen(): boolean {
    return grantRoot(this.#core.member, this.#grant) !== undefined;
  }

  close(): void {
    const { seat, member } = this.#core;
    if (seat.shared.holds === 0) throw new ShmError('CLOSED', 'lease: the arena was detached');
    seat.checkAlive(); // The record would name this thread's slot, which is another's by now.
    dropGrant(member, this.#grant);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
