// The map itself: writing, tickets, building, and what opens and ends it. Reading is in view.ts.

import type { Arena } from '@x/shm-arena';
import { codecsOf, NUMBERS, owned, READER } from '@x/shm-arena/map';
import {
  attachStructure,
  counts,
  createStructure,
  droppable,
  type Membership,
  mayBlock,
  openOrCreateStructure,
  openStructure,
  PAGE_BYTES,
  ShmError,
  Status,
} from '@x/shm-arena/structure';
import type * as api from './api.ts';
import { Building, isFull } from './building.ts';
import { Core } from './core.ts';
import {
  Kind,
  PENDING_TOO,
  QUEUE_FULL,
  STATS_BUILDER,
  STATS_HEIGHT,
  STATS_LIVE,
  STATS_MAX_PAGES,
  STATS_MOST,
  STATS_NUMBER,
  STATS_PAGES,
  STATS_QUEUE_PAGES,
  STATS_SIZE,
  STATS_USED,
  STATS_WAITING,
  TICKET_NUMBER,
  TICKET_QUEUE,
  TICKET_WAITING,
  type TreeKernel,
  TYPE,
} from './kernel.ts';
import { build, checked, described, paceOf, pendingOf, signalOf } from './options.ts';
import { Signals } from './signals.ts';
import { Snapshot } from './snapshot.ts';
import { startBuilder } from './start.ts';
import { resultOf } from './ticket.ts';
import { AVL_BATCH } from './type.ts';
import { TreeReader, TreeView } from './view.ts';
import { Waits } from './waits.ts';

const { OK } = Status;

/** Closes a map that is still there. */
const closerOf = (map: WeakRef<{ close(): void }>) => () => map.deref()?.close();

export class Tree<K, V> extends owned(TreeView)<K, V> implements api.AvlBatch<K, V> {
  readonly #pace: Required<api.BatchOptions>;
  readonly #signals: Signals;
  readonly #building: Building;
  readonly #waits: Waits;
  readonly #builders = new Set<api.Builder>();
  /** For when the thread leaves the arena. */
  readonly #closer = closerOf(new WeakRef(this));

  constructor(member: Membership<TreeKernel>, options: api.AvlBatchOpenOptions<K, V>) {
    const { key, value } = codecsOf(options);
    const core = new Core(member, key, value);
    super(new TreeReader(core, 0));
    this.#pace = paceOf(options);
    const { maxOps, autoCompact } = this.#pace;
    this.#signals = new Signals(core);
    this.#building = new Building(core, this.#signals, maxOps, autoCompact);
    this.#waits = new Waits(core, this.#signals, this.#building);
    core.seat.shared.closers.add(this.#closer);
  }

  /** Bundlers rename classes. */
  static override get name(): string {
    return TYPE;
  }

  static create<K, V>(arena: Arena, options: api.AvlBatchOptions<K, V> = {}): Tree<K, V> {
    const member = createStructure(arena, AVL_BATCH, described(options), build(options));
    return new Tree(member, options);
  }

  static open<K, V>(
    arena: Arena,
    name: string,
    options: api.AvlBatchOpenOptions<K, V> = {},
  ): Tree<K, V> {
    return new Tree(openStructure(arena, AVL_BATCH, name, checked(options)), options);
  }

  static openOrCreate<K, V>(
    arena: Arena,
    options: api.AvlBatchOptions<K, V> & { name: string },
  ): Tree<K, V> {
    const description = { ...described(options), name: options.name };
    const member = openOrCreateStructure(arena, AVL_BATCH, description, build(options));
    return new Tree(member, options);
  }

  static attach<K, V>(
    arena: Arena,
    handle: api.AvlBatchHandle,
    options: api.AvlBatchOpenOptions<K, V> = {},
  ): Tree<K, V> {
    return new Tree(attachStructure(arena, AVL_BATCH, handle, checked(options)), options);
  }

  static override [Symbol.hasInstance](value: unknown): value is api.AvlBatch<unknown, unknown> {
    return Function.prototype[Symbol.hasInstance].call(Tree, value);
  }

  override get [Symbol.toStringTag](): string {
    return TYPE;
  }

  protected override [NUMBERS](): object {
    const { size, waiting } = this.stats();
    return { size, waiting };
  }

  // ── Writing ────────────────────────────────────────────────────────────────────────────────────

  set(key: K, value: V): api.Ticket {
    const status = this.#tryPut(Kind.set, key, value);
    if (status !== OK) this.#finish(status, () => this.#tryPut(Kind.set, key, value), 'set');
    return this.#ticket();
  }

  insert(key: K, value: V): api.Ticket {
    const status = this.#tryPut(Kind.insert, key, value);
    if (status !== OK) this.#finish(status, () => this.#tryPut(Kind.insert, key, value), 'insert');
    return this.#ticket();
  }

  delete(key: K): api.Ticket {
    const call = () => {
      const reader = this[READER];
      reader.check();
      const { crossing, valuePort, expectedPort } = reader.core;
      crossing.begin();
      valuePort.length = 0;
      expectedPort.length = 0;
      return this.#append(Kind.delete, key);
    };
    const status = call();
    if (status !== OK) this.#finish(status, call, 'delete');
    return this.#ticket();
  }

  compareAndSet(key: K, expected: V | undefined, next: V | undefined): api.Ticket {
    const call = () => this.#tryCompare(key, expected, next);
    const status = call();
    if (status !== OK) this.#finish(status, call, 'compareAndSet');
    return this.#ticket();
  }

  #tryPut(kind: number, key: K, value: V): number {
    const reader = this[READER];
    reader.check();
    const { valuePort, expectedPort } = reader.core;
    valuePort.pack(value);
    expectedPort.length = 0;
    return this.#append(kind, key);
  }

  #tryCompare(key: K, expected: V | undefined, next: V | undefined): number {
    const reader = this[READER];
    reader.check();
    const { crossing, valuePort, expectedPort } = reader.core;
    let kind: number = Kind.compare;
    if (next !== undefined) valuePort.pack(next);
    else {
      crossing.begin();
      kind |= Kind.NEXT_ABSENT;
      valuePort.length = 0;
    }
    if (expected !== undefined) expectedPort.append(expected);
    else {
      kind |= Kind.EXPECT_ABSENT;
      expectedPort.length = 0;
    }
    return this.#append(kind, key);
  }

  /** The values that are packed, with a key, to this thread's queue. */
  #append(kind: number, key: K): number {
    const { kernel, entry, generation, keyPort, valuePort, expectedPort } = this[READER].core;
    keyPort.pack(key); // This may move the values.
    return kernel.append(
      entry,
      generation,
      kind,
      keyPort.length,
      keyPort.k0,
      keyPort.k1,
      keyPort.k2,
      keyPort.k3,
      valuePort.at,
      valuePort.length,
      expectedPort.at,
      expectedPort.length,
    );
  }

  /** Goes on after a status that is not OK. */
  #finish(status: number, call: () => number, what: string): void {
    if (status === QUEUE_FULL || isFull(status)) this.#signals.ring(); // A build may help.
    this[READER].core.finish(status, call, what);
  }

  /** The ticket of what was appended. */
  #ticket(): api.Ticket {
    const core = this[READER].core;
    const signals = this.#signals;
    const queue = core.result(TICKET_QUEUE);
    const waiting = core.result(TICKET_WAITING);
    const number = core.resultCount(TICKET_NUMBER);
    if (waiting === 1) signals.stir();
    else if (waiting === this.#pace.maxOps) signals.ring();
    return { entry: core.entry, generation: core.generation, queue, number };
  }

  // ── Tickets ────────────────────────────────────────────────────────────────────────────────────

  override get(key: K, options?: { pending?: boolean | undefined }): V | undefined {
    const pending = options !== undefined && pendingOf(options);
    return this[READER].get(key, pending ? PENDING_TOO : 0);
  }

  applied(ticket: api.Ticket): boolean {
    return this.result(ticket) !== undefined;
  }

  result(ticket: api.Ticket): api.TicketResult | undefined {
    const reader = this[READER];
    reader.check();
    return resultOf(reader.core, ticket);
  }

  settled(
    ticket: api.Ticket,
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<api.TicketResult> {
    return droppable(this.#settled(ticket, options));
  }

  async #settled(
    ticket: api.Ticket,
    options: { signal?: AbortSignal | undefined },
  ): Promise<api.TicketResult> {
    const signal = signalOf(options);
    signal?.throwIfAborted();
    const result = this.result(ticket);
    if (result !== undefined) return result;
    return this.#waits.until(() => this.result(ticket), this.#pace.maxDelayMs, signal);
  }

  flush(options: { signal?: AbortSignal | undefined } = {}): Promise<void> {
    return droppable(this.#flush(options));
  }

  async #flush(options: { signal?: AbortSignal | undefined }): Promise<void> {
    const signal = signalOf(options);
    signal?.throwIfAborted();
    this[READER].check();
    const building = this.#building;
    const marked = building.mark();
    if (building.covers(marked)) return;
    await this.#waits.until(() => building.covers(marked) || undefined, 0, signal);
  }

  flushSync(): void {
    this[READER].check();
    if (!mayBlock()) {
      throw new ShmError('UNSUPPORTED', 'flushSync: this thread may not block; use `flush`');
    }
    const marked = this.#building.mark();
    while (!this.#building.covers(marked)) this.build();
  }

  // ── Building ───────────────────────────────────────────────────────────────────────────────────

  build(): api.BuildReport {
    this[READER].check();
    const report = this.#building.build();
    this.#waits.look(); // Before what became of them is forgotten.
    return report;
  }

  startBuilder(options: api.BuilderOptions = {}): api.Builder {
    this[READER].checkAll();
    const started = startBuilder(options, {
      core: this[READER].core,
      handle: this.handle,
      building: this.#building,
      signals: this.#signals,
      pace: this.#pace,
      ended: (builder) => this.#builders.delete(builder),
    });
    if (started.running) this.#builders.add(started);
    return started;
  }

  compact(): void {
    this[READER].check();
    this.#building.compact();
  }

  snapshot(): api.AvlBatchSnapshot<K, V> {
    const reader = this[READER];
    const { core } = reader;
    reader.check();
    return core.snapshots.take(
      () =>
        core.askMap('snapshot', (kernel, entry, generation) => kernel.snapshot(entry, generation)),
      (letGo) => new Snapshot(core, letGo),
    );
  }

  // ── Numbers ────────────────────────────────────────────────────────────────────────────────────

  stats(): api.AvlBatchStats {
    const reader = this[READER];
    const { core } = reader;
    reader.check();
    core.askMap('stats', (kernel, entry, generation) => kernel.stats(entry, generation, 0));
    const builder = core.result(STATS_BUILDER);
    return counts({
      size: core.result(STATS_SIZE),
      height: core.result(STATS_HEIGHT),
      version: core.resultLong(STATS_NUMBER),
      bytes: (core.result(STATS_PAGES) + core.result(STATS_QUEUE_PAGES)) * PAGE_BYTES,
      treeBytes: core.resultCount(STATS_USED),
      compactBytes: core.resultCount(STATS_LIVE),
      waiting: core.result(STATS_WAITING),
      maxBytes: core.result(STATS_MAX_PAGES) * PAGE_BYTES || Infinity,
      maxQueued: core.result(STATS_MOST),
      builder: builder === 0 ? undefined : builder - 1,
    });
  }

  // ── The end ────────────────────────────────────────────────────────────────────────────────────

  override close(): void {
    const reader = this[READER];
    if (reader.over) return;
    reader.core.seat.shared.closers.delete(this.#closer);
    for (const builder of this.#builders) builder.close();
    super.close();
    this.#waits.end(reader.ended());
  }
}
