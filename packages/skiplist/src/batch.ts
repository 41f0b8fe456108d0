// A batch of writes on its way into the kernel. All of it is encoded into private memory first:
// encoding runs user code, and nothing may be packed while that runs.
//
//   0 u32 kind   4 u32 key length   8 u32 value length   12 u32 outcome, written by the kernel
//   16 key bytes, padded to 8       then the value bytes, padded to 8

import {
  AS_KEY,
  AS_VALUE,
  allocate,
  describe,
  encodeInto,
  iterableOf,
  rangeError,
  type Staging,
  Status,
  tooLarge,
  typeError,
} from '@x/shm-arena/structure';
import type { BatchOperation, BatchResult } from './api.ts';
import type { AnyCore, Core } from './core.ts';
import { EXISTS, Kind, MAX_KEY, PRESSURE, SORT_BYTES } from './kernel.ts';

/** The most bytes of a batch, encoded. */
const MAX_BATCH = 2 ** 31 - 2 ** 20;
const OPERATION_HEAD = 16;
const OUTCOME = 12;

/** Memory of a batch that is over; encoding may run user code that writes a batch of its own. */
let spare: Uint8Array<ArrayBuffer> | undefined;
const MOST_SPARE = 2 ** 20;

/** Operations, encoded one behind the other. */
class Packed<K, V> implements Staging {
  count = 0;
  length = 0;
  bytes = spare ?? new Uint8Array(4096);
  private words = new Int32Array(this.bytes.buffer);
  private readonly core: Core<K, V>;

  constructor(core: Core<K, V>) {
    spare = undefined;
    this.core = core;
  }

  /** Leaves the memory to the next batch. */
  release(): void {
    if (this.bytes.length <= MOST_SPARE) spare = this.bytes;
  }

  add(operation: BatchOperation<K, V>): void {
    if (typeof operation !== 'object' || operation === null) {
      throw typeError(`batch: expected { type, key, value }, found ${describe(operation)}`);
    }
    const { type, key, value } = operation as { type: string; key: K; value?: V };
    if (type !== 'set' && type !== 'insert' && type !== 'delete') {
      throw rangeError(`batch: expected type set, insert or delete, found ${describe(type)}`);
    }
    const at = this.length;
    const keyAt = at + OPERATION_HEAD;
    if (key === undefined) throw typeError('batch: expected a key, found undefined');
    const keyLength = encodeInto(AS_KEY, this.core.keyCodec, key, this, keyAt, MAX_KEY);
    if (keyLength > MAX_KEY) {
      throw tooLarge('KEY_TOO_LARGE', 'key', MAX_KEY, keyLength);
    }
    const valueAt = keyAt + ((keyLength + 7) & -8);
    const valueLength = type === 'delete' ? 0 : this.encodeValue(valueAt, value);
    this.room(valueAt + valueLength + 8);
    const head = at >> 2;
    this.words[head] = Kind[type];
    this.words[head + 1] = keyLength;
    this.words[head + 2] = valueLength;
    this.words[head + 3] = 0;
    this.length = valueAt + ((valueLength + 7) & -8);
    this.count++;
  }

  private encodeValue(at: number, value: V | undefined): number {
    if (value === undefined) throw typeError('batch: expected a value, found undefined');
    return encodeInto(AS_VALUE, this.core.valueCodec, value, this, at, MAX_BATCH);
  }

  /** Makes it longer if need be; what is packed stays. */
  room(bytes: number): Uint8Array {
    if (bytes <= this.bytes.length) return this.bytes;
    if (bytes > MAX_BATCH) throw tooLarge('VALUE_TOO_LARGE', 'batch', MAX_BATCH, bytes);
    const larger = allocate(Math.min(Math.ceil(bytes / 4) * 8, MAX_BATCH));
    larger.set(this.bytes);
    this.bytes = larger;
    this.words = new Int32Array(larger.buffer);
    return larger;
  }
}

/** Writes a batch; `pressed` is called when the kernel says that the list is nearly full. */
export function writeBatch<K, V>(
  core: Core<K, V>,
  operations: Iterable<BatchOperation<K, V>>,
  pressed: () => void,
): BatchResult {
  const packed = new Packed(core);
  for (const operation of iterableOf('operations', operations)) packed.add(operation);
  if (packed.count === 0) return { written: 0, failed: [] };
  const { crossing, kernel } = core;
  let at = 0;
  const call = () => {
    core.member.check();
    crossing.begin();
    at = crossing.put(packed.bytes, 0, packed.length);
    const temp = crossing.take(SORT_BYTES * packed.count);
    return kernel.writeBatch(
      core.entry,
      core.generation,
      packed.count,
      crossing.at + at,
      crossing.at + temp,
    );
  };
  const status = core.ask('writeBatch', call);
  packed.release();
  const failed = failures(core, packed.count, at);
  if (status === (Status.OK | PRESSURE)) pressed();
  return { written: packed.count - failed.length, failed };
}

function failures(core: AnyCore, count: number, first: number): BatchResult['failed'] {
  const { words } = core.crossing;
  const failed: BatchResult['failed'] = [];
  let at = first;
  for (let index = 0; index < count; index++) {
    const head = at >> 2;
    if (words[head + OUTCOME / 4] === EXISTS) failed.push({ index, reason: 'exists' });
    const keyLength = words[head + 1] as number;
    const valueLength = words[head + 2] as number;
    at += OPERATION_HEAD + ((keyLength + 7) & -8) + ((valueLength + 7) & -8);
  }
  return failed;
}
