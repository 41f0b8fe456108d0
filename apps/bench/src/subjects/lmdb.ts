import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import { entrySum, type Table } from './table.ts';

/** In memory where the system has a file system for that: lmdb at its best. */
const FAST_FOLDER = '/dev/shm';
const FILE = 'data.mdb';

/** lmdb without fsync, its page memory not zeroed, in a folder that `close` removes. */
export function openLmdb(): Table {
  const folder = mkdtempSync(join(existsSync(FAST_FOLDER) ? FAST_FOLDER : tmpdir(), 'bench-lmdb-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const db = open<number, string>({ path: folder, noSync: true, noMemInit: true });
  return {
    inOneTransaction: (body) => db.transactionSync(body),
    set: (key, value) => db.putSync(key, value),
    get: (key) => db.get(key),
    entries(first, limit, sum) {
      const range = first === undefined ? {} : { start: first };
      const options = limit === Infinity ? range : { ...range, limit };
      for (const { key, value } of db.getRange(options)) sum = entrySum(sum, key, value);
      return sum;
    },
    bytes: () => statSync(join(folder, FILE)).size,
    async close() {
      await db.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
