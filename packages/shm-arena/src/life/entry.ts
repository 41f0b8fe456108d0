// What a live directory entry says (assembly/life/directory.ts).

import {
  D_JOINED,
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
} from '../../build/numbers/ground/layout.ts';
import { ENTRY_LIVE, Status } from '../ground/kernel.ts';
import type { Protocols } from '../ground/protocol.ts';
import type { Seat } from './seat.ts';

/** How an entry names a codec. */
export interface CodecName {
  readonly id: string;
  readonly version: number;
}

/** A live directory entry. */
interface EntryInfo extends Protocols {
  readonly generation: number;
  readonly name: string;
  readonly type: string;
  readonly key: CodecName;
  readonly value: CodecName;
  /** Slots that have it open. */
  readonly joined: number;
}

/** Reads a live entry; undefined when it is not live. */
export function readEntry(seat: Seat, entry: number): EntryInfo | undefined {
  const { kernel, crossing } = seat;
  crossing.begin();
  const at = crossing.take(ENTRY_BYTES);
  const offset = (crossing.at + at) | 0;
  const status = seat.settle(() => kernel.entryRead(entry, offset));
  if (status !== Status.OK) return undefined;
  const bytes = crossing.view.slice(at, at + ENTRY_BYTES);
  const words = new DataView(bytes.buffer);
  if ((words.getUint32(0, true) & 15) !== ENTRY_LIVE) return undefined;
  const text = (from: number, length: number) => {
    return decoder.decode(bytes.subarray(from, from + bytes[D_LENGTHS + length]!));
  };
  let joined = 0;
  for (let i = D_JOINED; i < D_JOINED + 32; i++) joined += bitsOf(bytes[i]!);
  return {
    generation: words.getUint32(4, true),
    name: text(D_NAME, 0),
    type: text(D_TYPE_NAME, 1),
    protocol: words.getUint32(D_PROTOCOL, true),
    linked: words.getUint32(D_LINKED, true),
    key: { id: text(D_KEY_ID, 2), version: words.getUint32(D_KEY + 4, true) },
    value: { id: text(D_VALUE_ID, 3), version: words.getUint32(D_VALUE + 4, true) },
    joined,
  };
}

const decoder = new TextDecoder();

function bitsOf(byte: number): number {
  let count = 0;
  for (let rest = byte; rest !== 0; rest &= rest - 1) count++;
  return count;
}
