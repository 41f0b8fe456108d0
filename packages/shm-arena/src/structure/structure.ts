// What every structure does with the arena's directory: create, open, attach, leave, destroy. A
// package describes its kind of structure once (StructureType); a Membership is one open instance
// of one structure in this thread.
//
//   const member = openStructure(arena, SKIP_LIST, name, { key, value });
//   member.kernel.get(member.entry, member.generation, …)
//
// A structure is named in the arena by entry and generation, and every call of its kernel checks
// the two with one load: a destroyed structure answers CLOSED, whatever took its entry since.

import {
  D_KEY,
  D_KEY_ID,
  D_LENGTHS,
  D_LINKED,
  D_NAME,
  D_PROTOCOL,
  D_TYPE_NAME,
  D_VALUE,
  D_VALUE_ID,
  ENTRY_BYTES,
  ID_BYTES,
  NAME_BYTES,
} from '../../build/numbers/ground/layout.ts';
import type { AnyCodec, Arena, StructureHandle } from '../api.ts';
import { describe, rangeError, ShmError, typeError } from '../ground/errors.ts';
import { type AnyKernel, Status } from '../ground/kernel.ts';
import { checkProtocols, protocolsOf } from '../ground/protocol.ts';
import { type CodecName, readEntry } from '../life/entry.ts';
import { describeFound } from '../life/handles.ts';
import type { Seat } from '../life/seat.ts';
import { seatOf } from '../life/seats.ts';
import type { Crossing } from '../values/crossing.ts';
import { checkCodecShape } from '../values/encoding.ts';
import { checkString, writeText } from '../values/text.ts';
import { registerType, type StructureType } from './kind.ts';

/** The codecs of a structure; one without keys or values leaves them out. */
export interface StructureCodecs {
  readonly key?: AnyCodec | undefined;
  readonly value?: AnyCodec | undefined;
}

/** Options that every structure's `create` has. */
export interface StructureOptions extends StructureCodecs {
  readonly name?: string | undefined;
}

/**
 * Builds an empty structure in `entry`, which is being created by this thread, and leaves its root
 * in the first word of the result block. A status.
 */
export type Build<X> = (kernel: X, entry: number, generation: number, crossing: Crossing) => number;

// ── Membership ───────────────────────────────────────────────────────────────────────────────────

/** Whether something has ended, for all who ask often. */
export interface Life {
  over: boolean;
}

/** A structure that is open in this thread. */
export class Membership<X extends AnyKernel> {
  readonly seat: Seat;
  readonly type: StructureType<X>;
  readonly kernel: X;
  readonly crossing: Crossing;
  readonly entry: number;
  readonly generation: number;
  /** '' for none. */
  readonly name: string;
  /** Runs before the thread's last instance leaves: a death in it would still be repaired. */
  leaving: (() => void) | undefined;
  /** Gives back what this thread keeps in the structure without need; bytes. */
  trimming: (() => number) | undefined;
  readonly #closer = () => this.close();
  /** What iterators look at in each step: not behind a private name, which would cost. */
  readonly life: Life = { over: false };

  /** Counts itself as open; the slot has joined the entry. */
  constructor(seat: Seat, type: StructureType<X>, entry: number, generation: number, name: string) {
    this.seat = seat;
    this.type = type;
    this.kernel = seat.instance<X>(type.kernel, type.type);
    this.crossing = seat.crossing;
    this.entry = entry;
    this.generation = generation;
    this.name = name;
    const { closers, joins, trimmed } = seat.shared;
    closers.add(this.#closer);
    trimmed.add(this);
    joins.set(this.#key, (joins.get(this.#key) ?? 0) + 1);
  }

  get #key(): string {
    return `${this.entry}:${this.generation}`;
  }

  /** Whether neither this instance was closed nor the arena detached. */
  get isOpen(): boolean {
    return !this.life.over;
  }

  /** Whether nobody has destroyed the structure. One load; only while it is open. */
  get exists(): boolean {
    return this.seat.kernel.entryAlive(this.entry, this.generation) !== 0;
  }

  /** For other threads: plain and cloneable. */
  get handle(): StructureHandle {
    const { seat, type, entry, generation } = this;
    return { type: type.type, arena: seat.shared.id, entry, generation };
  }

  /** Throws CLOSED when this instance was closed. (Whether it was destroyed, its kernel says.) */
  check(): void {
    if (this.life.over) throw new ShmError('CLOSED', `${this.type.type}: this instance was closed`);
  }

  /** The error for a status of its kernel. */
  error(status: number): Error {
    const { type } = this.type;
    if (status === Status.CLOSED) return new ShmError('CLOSED', `${type}: it was destroyed`);
    return this.seat.error(status, type);
  }

  /**
   * Calls the kernel again after CONTENDED, recovering the dead and waiting in between. Packed keys
   * and values stay packed.
   *
   * @param status of the call before
   */
  settle(status: number, call: () => number): number {
    return this.seat.settle(call, status);
  }

  /** Ends this instance. Twice is harmless. */
  close(): void {
    if (this.life.over) return;
    this.life.over = true;
    const { seat, entry, generation } = this;
    const { closers, joins, trimmed } = seat.shared;
    closers.delete(this.#closer);
    trimmed.delete(this);
    const left = (joins.get(this.#key) ?? 1) - 1;
    if (left > 0) {
      joins.set(this.#key, left);
    } else {
      joins.delete(this.#key);
      // The slot of a buried thread may be somebody else's by now.
      if (!seat.isAlive()) return;
      this.leaving?.();
      seat.kernel.entryLeave(entry, generation);
    }
  }

  /** Ends the structure for everybody, and this instance. */
  destroy(): void {
    this.check();
    const { seat, entry, generation } = this;
    const { kernel } = seat;
    const status = seat.settle(() => kernel.entryDestroy(entry, generation));
    this.close();
    if (status !== Status.OK && status !== Status.CLOSED) throw this.error(status);
    seat.crossing.trim();
    kernel.sweep();
  }
}

// ── Create, open, attach ─────────────────────────────────────────────────────────────────────────

/** Creates a structure. NAME_TAKEN; ARENA_FULL: nothing has changed. */
export function createStructure<X extends AnyKernel>(
  arena: Arena,
  type: StructureType<X>,
  options: StructureOptions,
  build: Build<X>,
): Membership<X> {
  const seat = enter(arena, type);
  const made = claim(seat, type, options, build);
  if (made === Status.TAKEN) {
    throw new ShmError('NAME_TAKEN', `${type.type}: the name ${describe(options.name)} is in use`);
  }
  return made;
}

/** Opens a structure by name. NAME_UNKNOWN, WRONG_TYPE, ARENA_PROTOCOL, CODEC_MISMATCH. */
export function openStructure<X extends AnyKernel>(
  arena: Arena,
  type: StructureType<X>,
  name: string,
  codecs: StructureCodecs,
): Membership<X> {
  const found = find(enter(arena, type), type, name, codecs);
  if (found === Status.UNKNOWN) {
    throw new ShmError(
      'NAME_UNKNOWN',
      `${type.type}: there is no structure named ${describe(name)}`,
    );
  }
  return found;
}

/** Opens a structure by name, or creates it; of many threads at once, one does. */
export function openOrCreateStructure<X extends AnyKernel>(
  arena: Arena,
  type: StructureType<X>,
  options: StructureOptions & { readonly name: string },
  build: Build<X>,
): Membership<X> {
  const seat = enter(arena, type);
  for (;;) {
    const found = find(seat, type, options.name, options);
    if (found !== Status.UNKNOWN) return found;
    const made = claim(seat, type, options, build);
    if (made !== Status.TAKEN) return made;
  }
}

/** Opens a structure by its handle. CLOSED when it was destroyed, and as `openStructure`. */
export function attachStructure<X extends AnyKernel>(
  arena: Arena,
  type: StructureType<X>,
  handle: StructureHandle,
  codecs: StructureCodecs,
): Membership<X> {
  const seat = enter(arena, type);
  checkHandle(seat, type, handle);
  const joined = join(seat, type, handle.entry, handle.generation, codecs);
  if (joined === Status.CLOSED) throw new ShmError('CLOSED', `${type.type}: it was destroyed`);
  return joined;
}

function enter(arena: Arena, type: StructureType<never>): Seat {
  const seat = seatOf(arena);
  seat.checkAlive();
  registerType(seat, type as unknown as StructureType<AnyKernel>);
  return seat;
}

function claim<X extends AnyKernel>(
  seat: Seat,
  type: StructureType<X>,
  options: StructureOptions,
  build: Build<X>,
): Membership<X> | typeof Status.TAKEN {
  const { kernel, crossing } = seat;
  const own = seat.instance<X>(type.kernel, type.type);
  crossing.begin();
  const at = writeDescriptor(seat, type, own, options);
  const entry = seat.tryIndex(() => kernel.entryClaim(at));
  if (entry === -Status.TAKEN) return Status.TAKEN;
  if (entry === -Status.FULL) {
    throw new ShmError('LIMIT_REACHED', `${type.type}: the arena's directory is full`);
  }
  if (entry < 0) throw seat.error(-entry, type.type);
  const generation = kernel.resultLow() >>> 0;
  let published = false;
  try {
    const built = seat.settle(() => build(own, entry, generation, crossing));
    if (built !== Status.OK) throw seat.error(built, `${type.type}: create`);
    const root = crossing.words[0]!;
    const status = seat.settle(() => kernel.entryPublish(entry, generation, root));
    if (status !== Status.OK) throw seat.error(status, `${type.type}: create`);
    published = true;
  } finally {
    if (!published && seat.isAlive()) seat.settle(() => kernel.entryAbandon(entry, generation));
  }
  return new Membership(seat, type, entry, generation, options.name ?? '');
}

function find<X extends AnyKernel>(
  seat: Seat,
  type: StructureType<X>,
  name: string,
  codecs: StructureCodecs,
): Membership<X> | typeof Status.UNKNOWN {
  const { kernel, crossing } = seat;
  for (;;) {
    crossing.begin();
    const at = crossing.take(NAME_BYTES);
    crossing.view.fill(0, at, at + NAME_BYTES); // Names are compared in words, padded with zeros.
    const length = writeName(seat, name, at);
    if (length === 0) throw noName();
    const offset = (crossing.at + at) | 0;
    const entry = seat.tryIndex(() => kernel.entryFind(offset, length));
    if (entry === -Status.UNKNOWN) return Status.UNKNOWN;
    if (entry < 0) throw seat.error(-entry, type.type);
    const joined = join(seat, type, entry, kernel.resultLow() >>> 0, codecs);
    if (joined !== Status.CLOSED) return joined; // Else it was destroyed meanwhile: look again.
  }
}

/** Joins a live entry after everything about it was checked. */
function join<X extends AnyKernel>(
  seat: Seat,
  type: StructureType<X>,
  entry: number,
  generation: number,
  codecs: StructureCodecs,
): Membership<X> | typeof Status.CLOSED {
  const { kernel } = seat;
  const found = readEntry(seat, entry);
  if (found === undefined || found.generation !== generation) return Status.CLOSED;
  if (found.type !== type.type) {
    throw new ShmError('WRONG_TYPE', `expected a ${type.type}, found a ${found.type}`);
  }
  const own = seat.instance(type.kernel, type.type);
  checkProtocols(type.type, type.own, protocolsOf(own, type.own), found);
  checkCodec(type.type, 'key', codecs.key, found.key);
  checkCodec(type.type, 'value', codecs.value, found.value);
  const status = seat.settle(() => kernel.entryJoin(entry, generation));
  if (status === Status.CLOSED) return Status.CLOSED;
  if (status !== Status.OK) throw seat.error(status, type.type);
  return new Membership(seat, type, entry, generation, found.name);
}

function checkHandle(seat: Seat, type: StructureType<never>, handle: StructureHandle): void {
  if (
    typeof handle !== 'object' ||
    handle === null ||
    typeof handle.type !== 'string' ||
    !Number.isInteger(handle.entry) ||
    !Number.isInteger(handle.generation)
  ) {
    throw typeError(
      `expected the handle of a ${type.type}, found ${describeFound(handle)}`,
      'WRONG_TYPE',
    );
  }
  if (handle.type !== type.type) {
    throw new ShmError(
      'WRONG_TYPE',
      `expected the handle of a ${type.type}, found a ${handle.type}`,
    );
  }
  if (handle.arena !== seat.shared.id) {
    throw new ShmError(
      'ARENA_FOREIGN',
      `${type.type}: expected a handle of arena ${seat.shared.id}, found one of ${handle.arena}`,
    );
  }
  if (handle.entry < 0 || handle.entry >= seat.kernel.entries()) {
    throw rangeError(`${type.type}: expected the handle of an entry, found entry ${handle.entry}`);
  }
}

// ── Descriptors ──────────────────────────────────────────────────────────────────────────────────

/** Writes a descriptor into scratch and returns its offset, as an i32. */
function writeDescriptor(
  seat: Seat,
  type: StructureType<never>,
  own: AnyKernel,
  { name, key, value }: StructureOptions,
): number {
  if (name === '') throw noName();
  const { crossing } = seat;
  const at = crossing.take(ENTRY_BYTES);
  const { view, words } = crossing;
  view.fill(0, at, at + ENTRY_BYTES);
  view[at + D_LENGTHS] = name === undefined ? 0 : writeName(seat, name, at + D_NAME);
  view[at + D_LENGTHS + 1] = writeId(seat, 'type', type.type, at + D_TYPE_NAME);
  const { protocol, linked } = protocolsOf(own, type.own);
  words[(at + D_PROTOCOL) >> 2] = protocol;
  words[(at + D_LINKED) >> 2] = linked;
  for (const [codec, head, id, length] of [
    [key, D_KEY, D_KEY_ID, 2],
    [value, D_VALUE, D_VALUE_ID, 3],
  ] as const) {
    if (codec === undefined) continue;
    checkCodecShape(codec);
    view[at + D_LENGTHS + length] = writeId(seat, 'codec id', codec.id, at + id);
    words[(at + head) >> 2] = hash(codec.id);
    words[((at + head) >> 2) + 1] = codec.version;
  }
  return (crossing.at + at) | 0;
}

function noName(): RangeError {
  return rangeError(`name: expected 1 to ${NAME_BYTES} bytes, found none`);
}

function writeName(seat: Seat, name: string, at: number): number {
  if (typeof name !== 'string') {
    throw typeError(`name: expected a string, found ${describeFound(name)}`);
  }
  checkString(name);
  const length = writeText(name, seat.crossing.room(name.length * 3), 0);
  if (length > NAME_BYTES) {
    throw rangeError(`name: expected at most ${NAME_BYTES} bytes, found ${length}`);
  }
  seat.crossing.copyIn(seat.crossing.buffer, 0, length, at);
  return length;
}

function writeId(seat: Seat, what: string, id: string, at: number): number {
  checkString(id);
  const length = writeText(id, seat.crossing.room(id.length * 3), 0);
  if (length < 1 || length > ID_BYTES) {
    throw rangeError(`${what}: expected 1 to ${ID_BYTES} bytes, found ${length}`);
  }
  seat.crossing.copyIn(seat.crossing.buffer, 0, length, at);
  return length;
}

/** FNV-1a over UTF-16 units: a quick filter; the text beside it decides. */
function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
  return sum;
}

function checkCodec(
  type: string,
  what: string,
  codec: AnyCodec | undefined,
  found: CodecName,
): void {
  if (codec !== undefined) checkCodecShape(codec);
  const id = codec?.id ?? '';
  const version = codec?.version ?? 0;
  if (id === found.id && version === found.version) return;
  throw new ShmError(
    'CODEC_MISMATCH',
    `${type}: expected the ${what} codec ${found.id} version ${found.version}, with which it was ` +
      `created, found ${id} version ${version}`,
  );
}
