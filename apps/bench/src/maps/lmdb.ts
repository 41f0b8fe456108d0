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

/** A folder that is gone with the process. */
export function newFolder(): string {
  const path = mkdtempSync(join(existsSync(FAST_FOLDER) ? FAST_FOLDER : tmpdir(), 'bench-lmdb-'));
  process.once('exit', () => remove(path));
  return path;
}

const remove = (path: string): void => rmSync(path, { recursive: true, force: true });

/** In a folder of its own, which `close` removes. */
export function openLmdb(_: number, values: Values, keys: Keys): BenchMap {
  const path = newFolder();
  const map = lmdbIn(path, values, keys);
  return {
    ...map,
    async close() {
      await map.close();
      remove(path);
    },
  };
}

/** lmdb without fsync, its page memory not zeroed. */
export function lmdbIn(path: string, values: Values, keys: Keys): BenchMap {
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
    close: () => db.close(),
  };
}
