// A sorted table: the immutable file that a frozen memtable is flushed to.
//
//     block 0 │ block 1 │ … │ index │ footer          all numbers u32, little-endian
//
//     block    entries in key order, 4 KiB of them or a little more
//     entry    key bytes · value bytes, ~0 for a tombstone · key · value
//     index    for each block: offset · length · CRC-32 · key bytes · its first key
//     footer   offset of the index · its length · its CRC-32 · number of entries · 'SORTTBL1'
//
// Keys and values are the bytes of the list's own codecs. Keys order as bytes there, so the file
// needs no order of its own: a search compares buffers. The index stays in memory, a `get` reads
// one block.

import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Codec } from '@x/shm-arena';

const BLOCK_BYTES = 4096;
const FOOTER_BYTES = 24;
const MAGIC = Buffer.from('SORTTBL1');
const TOMBSTONE = 0xffff_ffff;

interface TableCodecs<K, V> {
  key: Codec<K>;
  value: Codec<V>;
}

/** What the table has for a key: `value` is absent on a tombstone. */
export interface TableEntry<K, V> {
  key: K;
  value?: V;
  tombstone: boolean;
}

interface Block {
  firstKey: Buffer;
  offset: number;
  length: number;
  crc: number;
}

/** Writes `entries`, which come in key order, and forces them to the disk. */
export function writeTable<K, V>(
  path: string,
  entries: Iterable<TableEntry<K, V>>,
  codecs: TableCodecs<K, V>,
): { entries: number; bytes: number } {
  const file = openSync(path, 'wx');
  try {
    const writer = new TableWriter(file);
    for (const { key, value, tombstone } of entries) {
      const valueBytes = tombstone ? null : encode(codecs.value, value as V);
      writer.add(encode(codecs.key, key), valueBytes);
    }
    const bytes = writer.finish();
    fsyncSync(file);
    return { entries: writer.entries, bytes };
  } finally {
    closeSync(file);
  }
}

class TableWriter {
  entries = 0;
  private readonly file: number;
  private readonly index: Buffer[] = [];
  private block: Buffer[] = [];
  private blockBytes = 0;
  private firstKey: Buffer = Buffer.alloc(0);
  private offset = 0;

  constructor(file: number) {
    this.file = file;
  }

  add(key: Buffer, value: Buffer | null): void {
    if (this.block.length === 0) this.firstKey = key;
    this.block.push(numbers(key.length, value === null ? TOMBSTONE : value.length), key);
    if (value !== null) this.block.push(value);
    this.blockBytes += 8 + key.length + (value?.length ?? 0);
    this.entries++;
    if (this.blockBytes >= BLOCK_BYTES) this.endBlock();
  }

  /** Writes what is left, the index and the footer; returns the size of the file. */
  finish(): number {
    if (this.block.length > 0) this.endBlock();
    const start = this.offset;
    const index = Buffer.concat(this.index);
    this.append(index);
    this.append(numbers(start, index.length, crc32(index), this.entries));
    this.append(MAGIC);
    return this.offset;
  }

  private endBlock(): void {
    const block = Buffer.concat(this.block);
    const { offset, firstKey } = this;
    this.index.push(numbers(offset, block.length, crc32(block), firstKey.length), firstKey);
    this.append(block);
    this.block = [];
    this.blockBytes = 0;
  }

  private append(bytes: Buffer): void {
    for (let done = 0; done < bytes.length; ) done += writeSync(this.file, bytes, done);
    this.offset += bytes.length;
  }
}

/** A sorted table that was written before. */
export class SortedTable<K, V> {
  readonly size: number;
  private readonly file: number;
  private readonly codecs: TableCodecs<K, V>;
  private readonly blocks: Block[];

  constructor(path: string, codecs: TableCodecs<K, V>) {
    this.codecs = codecs;
    this.file = openSync(path, 'r');
    const end = fstatSync(this.file).size - FOOTER_BYTES;
    const footer = this.read(end, FOOTER_BYTES);
    if (!footer.subarray(16).equals(MAGIC)) throw new Error(`${path}: not a sorted table`);
    const index = this.checked(
      footer.readUInt32LE(0),
      footer.readUInt32LE(4),
      footer.readUInt32LE(8),
    );
    this.size = footer.readUInt32LE(12);
    this.blocks = [...parseIndex(index)];
  }

  /** The entry of `key`, a tombstone too; `undefined` when the table never saw the key. */
  get(key: K): TableEntry<K, V> | undefined {
    const wanted = encode(this.codecs.key, key);
    const block = this.blocks[this.findBlock(wanted)];
    if (block === undefined) return undefined;
    for (const entry of this.readBlock(block)) {
      if (entry.bytes.equals(wanted)) return this.decode(entry);
    }
    return undefined;
  }

  /** All entries, in key order. */
  *entries(): IterableIterator<TableEntry<K, V>> {
    for (const block of this.blocks) {
      for (const entry of this.readBlock(block)) yield this.decode(entry);
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.file);
  }

  /** The last block whose first key is `key` or less: the only one that may hold it. */
  private findBlock(key: Buffer): number {
    let [low, high] = [0, this.blocks.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (Buffer.compare(this.blocks[middle].firstKey, key) <= 0) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  private *readBlock({
    offset,
    length,
    crc,
  }: Block): Iterable<{ bytes: Buffer; value: Buffer | null }> {
    const block = this.checked(offset, length, crc);
    for (let at = 0; at < block.length; ) {
      const keyEnd = at + 8 + block.readUInt32LE(at);
      const valueLength = block.readUInt32LE(at + 4);
      const end = valueLength === TOMBSTONE ? keyEnd : keyEnd + valueLength;
      const value = valueLength === TOMBSTONE ? null : block.subarray(keyEnd, end);
      yield { bytes: block.subarray(at + 8, keyEnd), value };
      at = end;
    }
  }

  private decode({ bytes, value }: { bytes: Buffer; value: Buffer | null }): TableEntry<K, V> {
    const key = this.codecs.key.decode(bytes, 0, bytes.length);
    if (value === null) return { key, tombstone: true };
    return { key, value: this.codecs.value.decode(value, 0, value.length), tombstone: false };
  }

  private checked(offset: number, length: number, crc: number): Buffer {
    const bytes = this.read(offset, length);
    const found = crc32(bytes);
    if (found !== crc) throw new Error(`damaged at byte ${offset}: CRC ${found}, expected ${crc}`);
    return bytes;
  }

  private read(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    const read = readSync(this.file, bytes, 0, length, offset);
    if (read !== length) throw new Error(`the table ends at byte ${offset + read}`);
    return bytes;
  }
}

function* parseIndex(index: Buffer): Iterable<Block> {
  for (let at = 0; at < index.length; ) {
    const [offset, length, crc, keyLength] = [0, 4, 8, 12].map((i) => index.readUInt32LE(at + i));
    at += 16 + keyLength;
    yield { offset, length, crc, firstKey: index.subarray(at - keyLength, at) };
  }
}

function encode<T>(codec: Codec<T>, value: T): Buffer {
  for (let room = 256; ; ) {
    const bytes = Buffer.allocUnsafe(room);
    const length = codec.encode(value, bytes, 0);
    if (length <= room) return bytes.subarray(0, length);
    room = length;
  }
}

function numbers(...values: number[]): Buffer {
  const bytes = Buffer.allocUnsafe(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt32LE(value, 4 * i);
  return bytes;
}
