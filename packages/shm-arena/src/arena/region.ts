// A region of one participant: bump allocation in its own shard, positions and save points.
//
// A position is the kernel's mark and a serial number. Rewinding to position s at a time when n
// positions had been taken ends those with serials in (s, n]; `#ended` keeps these intervals. A
// later rewind to an earlier position swallows the intervals behind it, so there are never more
// than nested ones.

import type { Checkpoint, Region, RegionOptions, Savepoint } from '../api.ts';
import { describe, rangeError, ShmError, typeError, wholeNumber } from '../ground/errors.ts';
import { type ArenaKernel, PAGE_BYTES, Status } from '../ground/kernel.ts';
import { type Members, optionsOf } from '../ground/options.ts';
import { Shown } from '../ground/shown.ts';
import type { Seat } from '../life/seat.ts';

const MAX_BYTES = 2 ** 32;

const OPTIONS: Members = { what: 'options', names: ['budget'] };

/** Checks the arguments of every `alloc`. */
export function checkAlloc(bytes: number, align: number): void {
  wholeNumber('bytes', bytes, 0, MAX_BYTES - 1);
  wholeNumber('align', align, 1, PAGE_BYTES);
  if ((align & (align - 1)) !== 0) {
    throw rangeError(`\`align\`: expected a power of two from 1 to ${PAGE_BYTES}, found ${align}`);
  }
}

class Position extends Shown implements Checkpoint {
  readonly region: UserRegion;
  readonly serial: number;
  readonly mark: number;
  readonly allocated: number;

  constructor(region: UserRegion, serial: number, mark: number, allocated: number) {
    super();
    this.region = region;
    this.serial = serial;
    this.mark = mark;
    this.allocated = allocated;
  }

  override get [Symbol.toStringTag](): string {
    return 'Checkpoint';
  }

  override toJSON(): object {
    return { type: 'Checkpoint', allocated: this.allocated };
  }
}

class SavePoint extends Shown implements Savepoint {
  readonly #start: Position;
  #open = true;

  constructor(start: Position) {
    super();
    this.#start = start;
  }

  keep(): void {
    this.#open = false;
  }

  close(): void {
    const start = this.#start;
    if (this.#open && UserRegion.holds(start)) start.region.rewind(start);
    this.#open = false;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  override get [Symbol.toStringTag](): string {
    return 'Savepoint';
  }

  override toJSON(): object {
    return { type: 'Savepoint', allocated: this.#start.allocated, closed: !this.#open };
  }
}

export class UserRegion extends Shown implements Region {
  readonly #seat: Seat;
  readonly #kernel: ArenaKernel;
  readonly #region: number;
  readonly #generation: number;
  readonly #start: number;
  readonly #limit: number;
  readonly #closer = () => this.close();
  #open = true;
  #serial = 0;
  #allocated = 0;
  /** Pairs: rewound to this serial, when this many positions had been taken. */
  #ended: { readonly from: number; readonly to: number }[] = [];

  constructor(seat: Seat, options: RegionOptions = {}) {
    super();
    const { budget } = optionsOf(OPTIONS, options);
    if (budget !== undefined) wholeNumber('budget', budget, 1, MAX_BYTES);
    const pages = budget === undefined ? 0 : Math.ceil(budget / PAGE_BYTES);
    this.#seat = seat;
    this.#kernel = seat.kernel;
    this.#limit = budget === undefined ? Infinity : pages * PAGE_BYTES;
    this.#region = seat.index('region', () => seat.kernel.regionOpen(pages));
    this.#generation = seat.kernel.regionGeneration(this.#region);
    this.#start = seat.kernel.regionMark(this.#region);
    seat.shared.closers.add(this.#closer);
  }

  /** Whether its region is open and was not rewound beyond it. */
  static holds(position: Position): boolean {
    const { region } = position;
    return region.#open && region.#isValid(position);
  }

  override get [Symbol.toStringTag](): string {
    return 'Region';
  }

  override toJSON(): object {
    return { type: 'Region', allocated: this.#allocated, closed: !this.#open };
  }

  alloc(bytes: number, align = 8): number {
    const at = this.#take(bytes, align);
    if (at === 0) throw this.#seat.error(this.#kernel.status(), `region: alloc of ${bytes} bytes`);
    return at;
  }

  tryAlloc(bytes: number, align = 8): number {
    return this.#take(bytes, align);
  }

  /** The offset; 0 when the arena is full or the budget spent, as the kernel's status says. */
  #take(bytes: number, align: number): number {
    if (!this.#open) throw closed();
    checkAlloc(bytes, align);
    const kernel = this.#kernel;
    let at = kernel.regionAlloc(this.#region, bytes, align) >>> 0;
    if (at === 0) {
      const status = this.#seat.settle(() => {
        at = kernel.regionAlloc(this.#region, bytes, align) >>> 0;
        return at === 0 ? kernel.status() : Status.OK;
      }, kernel.status());
      if (status === Status.FULL || status === Status.LIMIT) return 0;
      if (status !== Status.OK) throw this.#seat.error(status, 'region');
    }
    this.#allocated += bytes;
    return at;
  }

  checkpoint(): Checkpoint {
    this.#check();
    const mark = this.#kernel.regionMark(this.#region) >>> 0;
    return new Position(this, ++this.#serial, mark, this.#allocated);
  }

  rewind(checkpoint: Checkpoint): void {
    this.#check();
    if (!(checkpoint instanceof Position)) {
      throw typeError(`rewind: expected a checkpoint, found ${describe(checkpoint)}`);
    }
    if (!this.#isValid(checkpoint)) {
      throw rangeError('rewind: expected a checkpoint that is not rewound yet, of this region');
    }
    this.#rewind(checkpoint.serial, checkpoint.mark, checkpoint.allocated);
  }

  savepoint(): Savepoint {
    return new SavePoint(this.checkpoint() as Position);
  }

  reset(): void {
    this.#check();
    this.#rewind(0, this.#start, 0);
  }

  get budget(): { readonly used: number; readonly limit: number } {
    const used = this.#open ? (this.#kernel.regionPages(this.#region) >>> 0) * PAGE_BYTES : 0;
    return { used, limit: this.#limit };
  }

  get allocated(): number {
    return this.#allocated;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#allocated = 0;
    const seat = this.#seat;
    seat.shared.closers.delete(this.#closer);
    if (!seat.isAlive()) return; // Buried: recovery frees it.
    const status = seat.settle(() => seat.kernel.regionClose(this.#region, this.#generation));
    if (status !== Status.OK && status !== Status.CLOSED) throw seat.error(status, 'region');
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #check(): void {
    if (!this.#open) throw closed();
    this.#seat.checkAlive(); // The memory of a buried thread's region is somebody else's.
  }

  #isValid({ region, serial }: Position): boolean {
    return region === this && !this.#ended.some(({ from, to }) => from < serial && serial <= to);
  }

  #rewind(serial: number, mark: number, allocated: number): void {
    const status = this.#seat.settle(() => this.#kernel.regionRewind(this.#region, mark));
    if (status !== Status.OK) throw this.#seat.error(status, 'rewind');
    this.#allocated = allocated;
    this.#ended = this.#ended.filter(({ from }) => from < serial);
    if (this.#serial > serial) this.#ended.push({ from: serial, to: this.#serial });
  }
}

function closed(): ShmError {
  return new ShmError('CLOSED', 'the region was closed');
}
