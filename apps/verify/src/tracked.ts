// Bytes with an image to go back to and a hash, each at the cost of what has changed: blocks that
// may differ from the image are dirty, those of them whose hash has to be taken again are stale.

const BLOCK_SHIFT = 9;

const CLEAN = 0;
const DIRTY = 1;
const STALE = 2;

/** A hash of 64 bits, in two lanes. */
export type Lanes = Int32Array;

export class Tracked {
  readonly bytes: Uint8Array;
  readonly image: Uint8Array;
  private readonly words: Int32Array;
  private readonly state: Uint8Array;
  private readonly dirty: Int32Array;
  private dirtyCount = 0;
  private readonly stale: Int32Array;
  private staleCount = 0;
  /** Two lanes a block: of the image, and as last taken. */
  private readonly imageHashes: Lanes;
  private readonly hashes: Lanes;
  private readonly imageSum = new Int32Array(2);
  private readonly sum = new Int32Array(2);

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
    this.image = new Uint8Array(bytes.length);
    const blocks = bytes.length >> BLOCK_SHIFT;
    this.state = new Uint8Array(blocks);
    this.dirty = new Int32Array(blocks);
    this.stale = new Int32Array(blocks);
    this.imageHashes = new Int32Array(blocks * 2);
    this.hashes = new Int32Array(blocks * 2);
  }

  /** Notes that `bytes` bytes at `at` change. */
  touch(at: number, bytes: number): void {
    const last = Math.min((at + bytes - 1) >> BLOCK_SHIFT, this.state.length - 1);
    for (let block = at >> BLOCK_SHIFT; block <= last; block++) {
      const state = this.state[block]!;
      if (state === STALE) continue;
      if (state === CLEAN) this.dirty[this.dirtyCount++] = block;
      this.stale[this.staleCount++] = block;
      this.state[block] = STALE;
    }
  }

  /** Makes the present contents the image. */
  keep(): void {
    this.image.set(this.bytes);
    this.imageSum.fill(0);
    for (let block = 0; block < this.state.length; block++) {
      this.take(block);
      this.imageSum[0]! += this.hashes[block * 2]!;
      this.imageSum[1]! += this.hashes[block * 2 + 1]!;
    }
    this.imageHashes.set(this.hashes);
    this.forget();
  }

  /** Goes back to the image. */
  restore(): void {
    for (let n = 0; n < this.dirtyCount; n++) {
      const block = this.dirty[n]!;
      const at = block << BLOCK_SHIFT;
      this.bytes.set(this.image.subarray(at, at + (1 << BLOCK_SHIFT)), at);
      this.hashes[block * 2] = this.imageHashes[block * 2]!;
      this.hashes[block * 2 + 1] = this.imageHashes[block * 2 + 1]!;
    }
    this.forget();
  }

  /** Goes back to the image where nobody has noted what changed. */
  restoreAll(): void {
    this.bytes.set(this.image);
    this.hashes.set(this.imageHashes);
    this.forget();
  }

  /** Adds a hash of the contents to `into`. */
  hash(into: Lanes): void {
    for (let n = 0; n < this.staleCount; n++) {
      const block = this.stale[n]!;
      this.sum[0]! -= this.hashes[block * 2]!;
      this.sum[1]! -= this.hashes[block * 2 + 1]!;
      this.take(block);
      this.sum[0]! += this.hashes[block * 2]!;
      this.sum[1]! += this.hashes[block * 2 + 1]!;
      this.state[block] = DIRTY;
    }
    this.staleCount = 0;
    into[0] = Math.imul(into[0]! ^ this.sum[0]!, 0xc2b2ae35);
    into[1] = Math.imul(into[1]! ^ this.sum[1]!, 0x27d4eb2f);
  }

  /** After `restore`: the place of a byte that was changed without a note, or -1. */
  stray(): number {
    for (let at = 0; at < this.bytes.length; at++) if (this.bytes[at] !== this.image[at]) return at;
    return -1;
  }

  private forget(): void {
    for (let n = 0; n < this.dirtyCount; n++) this.state[this.dirty[n]!] = CLEAN;
    this.dirtyCount = 0;
    this.staleCount = 0;
    this.sum.set(this.imageSum);
  }

  private take(block: number): void {
    const { words } = this;
    let a = Math.imul(block + 1, 0x9e3779b1);
    let b = Math.imul(block + 1, 0x85ebca6b);
    const end = ((block + 1) << BLOCK_SHIFT) >> 2;
    for (let n = (block << BLOCK_SHIFT) >> 2; n < end; n++) {
      const word = words[n]!;
      a = Math.imul(a ^ word, 0x9e3779b1);
      a ^= a >>> 15;
      b = Math.imul((b + word) | 0, 0x85ebca6b);
      b ^= b >>> 13;
    }
    this.hashes[block * 2] = a;
    this.hashes[block * 2 + 1] = b;
  }
}
