import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import type { Key, Keys } from '../keys.ts';
import { addAnywhere, addEntry, type Values } from '../values.ts';
import type { BenchMap } from './map.ts';

/** In memory where the system has a file system for that: lmdb at its best. */
const FAST_FOLDER = '/dev/shm';
const FILE = 'data.mdb';

/** lmdb without fsync, its page memory not zeroed, in a folder that `close` removes. */
export function openLmdb(_: number, values: Values, keys: Keys): BenchMap {
  const path = mkdtempSync(join(existsSync(FAST_FOLDER) ? FAST_FOLDER : tmpdir(), 'bench-lmdb-'));
  const remove = (): void => rmSync(path, { recursive: true, force: true });
  process.once('exit', remove);
  const encoding = values.lmdb;
  const db = open<unknown, Key>({ path, encoding, noSync: true, noMemInit: true });
  return {
    fill: (body) => db.transactionSync(body),
    clear: () => db.clearSync(),
    set: (key, value) => db.putSync(key, value),
    get: (key) => db.get(key),
    delete: (key) => db.removeSync(key),
    update: (key, change) => db.transactionSync(() => db.putSync(key, change(db.get(key)))),
    entries(first, limit, sum) {
      const range = first === undefined ? {} : { start: first };
      const options = limit === Infinity ? range : { ...range, limit };
      for (const { key, value } of db.getRange(options)) {
        sum = addEntry(sum, key, value, values, keys);
      }
      return sum;
    },
    each(sum) {
      for (const { key, value } of db.getRange()) {
        sum = addAnywhere(sum, key, value, values, keys);
      }
      return sum;
    },
    bytes: () => statSync(join(path, FILE)).size,
    async close() {
      await db.close();
      remove();
    },
  };
}
