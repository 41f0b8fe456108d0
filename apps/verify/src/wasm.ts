// Just enough of the WebAssembly binary format to walk the instructions of a kernel: numbers,
// sections, and the length of every instruction that the compiler emits (no SIMD, no exceptions).

export const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  global: 6,
  export: 7,
  code: 10,
} as const;

export class Reader {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  byte(): number {
    if (this.at >= this.bytes.length) throw new Error('the wasm module ends in the middle');
    return this.bytes[this.at++]!;
  }

  u32(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  }

  /** Skips one LEB128 number of any width. */
  skip(): void {
    while (this.byte() >= 128);
  }

  name(): string {
    const length = this.u32();
    this.at += length;
    return new TextDecoder().decode(this.bytes.subarray(this.at - length, this.at));
  }

  slice(length: number): Uint8Array {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

export class Writer {
  private bytes = new Uint8Array(1024);
  length = 0;

  private room(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more));
    larger.set(this.bytes);
    this.bytes = larger;
  }

  byte(...values: number[]): void {
    this.room(values.length);
    for (const value of values) this.bytes[this.length++] = value;
  }

  append(bytes: Uint8Array): void {
    this.room(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  u32(value: number): void {
    for (; value > 127; value = Math.floor(value / 128)) this.byte((value % 128) + 128);
    this.byte(value);
  }

  /** A signed number below 2^31, as i32.const wants it. */
  s32(value: number): void {
    for (;;) {
      const low = value & 127;
      value >>= 7;
      if ((value === 0 && low < 64) || (value === -1 && low >= 64)) return this.byte(low);
      this.byte(low | 128);
    }
  }

  name(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.u32(bytes.length);
    this.append(bytes);
  }

  done(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}

export interface Section {
  id: number;
  body: Uint8Array;
}

export function readSections(bytes: Uint8Array): Section[] {
  const sections: Section[] = [];
  const r = new Reader(bytes, 8);
  while (r.at < r.end) {
    const id = r.byte();
    sections.push({ id, body: r.slice(r.u32()) });
  }
  return sections;
}

export function writeSections(sections: Section[]): Uint8Array {
  const w = new Writer();
  w.byte(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  for (const { id, body } of sections) {
    w.byte(id);
    w.u32(body.length);
    w.append(body);
  }
  return w.done();
}

function memoryArgument(r: Reader): void {
  const align = r.u32();
  if (align & 64) r.skip(); // a memory index follows
  r.skip();
}

/** Moves `r` behind the immediates of `opcode`. */
export function skipImmediates(r: Reader, opcode: number): void {
  if (opcode >= 0x28 && opcode <= 0x3e) return memoryArgument(r);
  if (opcode >= 0x45 && opcode <= 0xc4) return;
  switch (opcode) {
    case 0x02:
    case 0x03:
    case 0x04: // block, loop, if: a type
    case 0x0c:
    case 0x0d: // br, br_if
    case 0x10: // call
    case 0x20:
    case 0x21:
    case 0x22:
    case 0x23:
    case 0x24: // locals and globals
    case 0x25:
    case 0x26: // tables
    case 0x3f:
    case 0x40: // memory.size, memory.grow
    case 0x41:
    case 0x42: // constants
    case 0xd0:
    case 0xd2:
      return r.skip();
    case 0x11: // call_indirect
      r.skip();
      return r.skip();
    case 0x0e: // br_table
      for (let n = r.u32() + 1; n > 0; n--) r.skip();
      return;
    case 0x43:
      r.at += 4;
      return;
    case 0x44:
      r.at += 8;
      return;
    case 0x1c:
      for (let n = r.u32(); n > 0; n--) r.skip();
      return;
    case 0xfc: {
      const sub = r.u32();
      if (sub < 8) return;
      const two = sub === 8 || sub === 10 || sub === 12 || sub === 14;
      r.skip();
      if (two) r.skip();
      return;
    }
    case 0xfe: {
      const sub = r.u32();
      if (sub === 3)
        r.at++; // fence
      else memoryArgument(r);
      return;
    }
    case 0x00:
    case 0x01:
    case 0x05:
    case 0x0b:
    case 0x0f:
    case 0x1a:
    case 0x1b:
    case 0xd1:
      return;
    default:
      throw new Error(`the checker does not know the wasm instruction 0x${opcode.toString(16)}`);
  }
}
