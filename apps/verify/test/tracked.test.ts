import { expect, test } from 'vitest';
import { Random } from '../src/random.ts';
import { Seen } from '../src/seen.ts';
import { Tracked } from '../src/tracked.ts';

const hashOf = (tracked: Tracked): string => {
  const lanes = new Int32Array(2);
  tracked.hash(lanes);
  return lanes.join(' ');
};

const filled = (): Tracked => {
  const tracked = new Tracked(new Uint8Array(8192));
  tracked.bytes.fill(7);
  tracked.keep();
  return tracked;
};

function write(tracked: Tracked, at: number, byte: number): void {
  tracked.touch(at, 1);
  tracked.bytes[at] = byte;
}

test('a hash depends on the contents alone, not on the way to them', () => {
  const [a, b] = [filled(), filled()];
  expect(hashOf(a)).toBe(hashOf(b));
  const first = hashOf(a);
  write(a, 5000, 1);
  expect(hashOf(a)).not.toBe(first);
  write(a, 17, 2);
  write(b, 17, 3);
  expect(hashOf(a)).not.toBe(hashOf(b));
  write(b, 5000, 1);
  write(b, 17, 2);
  expect(hashOf(a)).toBe(hashOf(b));
  write(b, 17, 7);
  write(b, 5000, 7);
  expect(hashOf(b)).toBe(first);
});

test('it goes back to its image, and says what was changed without a note', () => {
  const tracked = filled();
  const first = hashOf(tracked);
  write(tracked, 0, 1);
  write(tracked, 8191, 1);
  tracked.restore();
  expect(hashOf(tracked)).toBe(first);
  expect(tracked.stray()).toBe(-1);
  tracked.bytes[4097] = 0;
  expect(tracked.stray()).toBe(4097);
  tracked.restoreAll();
  expect(tracked.stray()).toBe(-1);
  expect(hashOf(tracked)).toBe(first);
});

test('hashes that were met are known, also when the set has grown', () => {
  const seen = new Seen();
  const random = new Random(1);
  const all = Array.from({ length: 50_000 }, () =>
    Int32Array.of(random.next() << 1, random.next()),
  );
  all.push(Int32Array.of(0, 0));
  expect(all.filter((hash) => seen.add(hash)).length).toBe(all.length);
  expect(all.filter((hash) => seen.add(hash))).toEqual([]);
});
