// The write path of a storage engine: a memtable of limited size, flushed to sorted files.
//
// At 90 % of its limit the list is sealed, and writes go on into the next one; a background loop
// writes frozen lists to files and lets go of them. When the disk falls behind, writers wait.
//
//   node src/backpressure.ts

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { Arena, type Codec } from '@x/shm-arena';
import { json, utf8 } from '@x/shm-arena/codec';
import { type FrozenSkipList, SkipList } from '@x/skiplist';
import { SortedTable, writeTable } from './sstable.ts';

type Reading = { celsius: number };

const codecs = { key: utf8, value: json as Codec<Reading> };
const MEMTABLE_ENTRIES = 5_000;
const FROZEN_LISTS_MAX = 2;

class Store {
  readonly folder = mkdtempSync(join(tmpdir(), 'shm-store-'));
  readonly list: SkipList<string, Reading>;
  /** The newest first. */
  readonly tables: SortedTable<string, Reading>[] = [];
  private flushed: Promise<void> = Promise.resolve();
  private files = 0;
  waits = 0;

  constructor(arena: Arena) {
    this.list = SkipList.create(arena, {
      ...codecs,
      maxEntries: MEMTABLE_ENTRIES,
      onPressure: () => this.rotate(),
    });
  }

  async put(key: string, value: Reading): Promise<void> {
    if (this.list.frozen().length > FROZEN_LISTS_MAX) {
      this.waits++;
      await this.flushed;
    }
    this.list.set(key, value);
  }

  /** The memtables know everything that no file has yet; below them, the newest file wins. */
  get(key: string): Reading | undefined {
    const inMemory = this.list.getEntry(key);
    if (inMemory !== undefined) return inMemory.value;
    for (const table of this.tables) {
      const onDisk = table.get(key);
      if (onDisk !== undefined) return onDisk.value;
    }
    return undefined;
  }

  async close(): Promise<void> {
    await this.flushed;
    for (const table of this.tables) table[Symbol.dispose]();
    rmSync(this.folder, { recursive: true });
  }

  private rotate(): void {
    const frozen = this.list.seal();
    this.flushed = this.flushed.then(() => this.flush(frozen));
  }

  /** Readers find a record in the list or in the file at any moment: the file comes first. */
  private async flush(frozen: FrozenSkipList<string, Reading>): Promise<void> {
    await turn();
    const path = join(this.folder, `${this.files++}.table`);
    writeTable(path, frozen.entries({ tombstones: true }), codecs);
    this.tables.unshift(new SortedTable(path, codecs));
    frozen.destroy();
  }
}

const arena = Arena.create({ bytes: 2 ** 24 });
const store = new Store(arena);
const readings = 50_000;
const sensors = 12_000;
try {
  for (let i = 0; i < readings; i++) await store.put(`sensor:${i % sensors}`, { celsius: i });
  for (let i = readings - sensors; i < readings; i++) {
    assert.deepEqual(store.get(`sensor:${i % sensors}`), { celsius: i });
  }
  const { used } = arena.stats();
  console.log(
    `${readings} readings: ${store.tables.length} files, ${store.waits} waits for the disk`,
  );
  console.log(`memory in use: ${(used / 1e6).toFixed(1)} MB, whatever the number of readings`);
} finally {
  await store.close();
}
