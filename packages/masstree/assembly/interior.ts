// Interiors: separators and how many children there are never change; a child's word does, when the
// child is replaced. What changes separators makes another interior, under the lock of the one that
// it replaces, so that no child's word changes while it is copied.
//
// Names: x an interior, to a private one; i a child.

import {
  get32,
  get64,
  load32,
  put32,
  put64,
  store32,
  touch,
} from '@x/shm-arena/assembly/ground/atomic';
import { childAt, I_COUNT, INTERIOR, openBlock, separatorAt } from './layout';

export function childCount(x: usize): u32 {
  return get32(x + I_COUNT);
}

/** Asks for all of an interior at once. */
export function ask(x: usize): void {
  if (!isDefined(GATED)) for (let at: usize = 0; at < INTERIOR; at += 64) touch(x + at);
}

/**
 * The child that has the slice; with `below`, what comes right before the slice. No branches, and
 * no look waits for another but once: first one separator in eight, then the seven behind. What
 * lies behind the last one does not count.
 */
export function childOf(x: usize, slice: u64, below: bool): u32 {
  const last = slice - <u64>below; // What is before it ends there; below 0 there is nothing.
  const separators = childCount(x) - 1;
  if (isDefined(GATED)) {
    let count: u32 = 0;
    for (let i: u32 = 0; i < separators; i++) count += <u32>(get64(separatorAt(x, i)) <= last);
    return count;
  }
  const at = separatorAt(x, 0);
  let first: u32 =
    (<u32>(7 < separators) & <u32>(get64(at + 56) <= last)) +
    (<u32>(15 < separators) & <u32>(get64(at + 120) <= last)) +
    (<u32>(23 < separators) & <u32>(get64(at + 184) <= last)) +
    (<u32>(31 < separators) & <u32>(get64(at + 248) <= last));
  first <<= 3;
  const base = at + ((<usize>first) << 3);
  const left = separators - first;
  first +=
    (<u32>(0 < left) & <u32>(get64(base) <= last)) +
    (<u32>(1 < left) & <u32>(get64(base + 8) <= last)) +
    (<u32>(2 < left) & <u32>(get64(base + 16) <= last)) +
    (<u32>(3 < left) & <u32>(get64(base + 24) <= last)) +
    (<u32>(4 < left) & <u32>(get64(base + 32) <= last)) +
    (<u32>(5 < left) & <u32>(get64(base + 40) <= last)) +
    (<u32>(6 < left) & <u32>(get64(base + 48) <= last));
  return first;
}

function begin(to: usize, generation: u64, count: u32): void {
  openBlock(to, generation);
  put32(to + I_COUNT, count);
}

function copyChildren(to: usize, i: u32, x: usize, from: u32, count: u32): void {
  for (let k: u32 = 0; k < count; k++) store32(childAt(to, i + k), load32(childAt(x, from + k)));
}

function copySeparators(to: usize, i: u32, x: usize, from: u32, count: u32): void {
  for (let k: u32 = 0; k < count; k++)
    put64(separatorAt(to, i + k), get64(separatorAt(x, from + k)));
}

/** An interior of two. */
export function makePair(to: usize, generation: u64, a: u32, separator: u64, b: u32): void {
  begin(to, generation, 2);
  put64(separatorAt(to, 0), separator);
  store32(childAt(to, 0), a);
  store32(childAt(to, 1), b);
}

/** The children [from, end) of `x`. */
export function copyPart(to: usize, generation: u64, x: usize, from: u32, end: u32): void {
  begin(to, generation, end - from);
  copyChildren(to, 0, x, from, end - from);
  copySeparators(to, 0, x, from, end - from - 1);
}

/** `x` with two in the place of child `i`. */
export function copyWithTwo(
  to: usize,
  generation: u64,
  x: usize,
  i: u32,
  a: u32,
  separator: u64,
  b: u32,
): void {
  const count = childCount(x);
  begin(to, generation, count + 1);
  copyChildren(to, 0, x, 0, i);
  store32(childAt(to, i), a);
  store32(childAt(to, i + 1), b);
  copyChildren(to, i + 2, x, i + 1, count - i - 1);
  copySeparators(to, 0, x, 0, i);
  put64(separatorAt(to, i), separator);
  copySeparators(to, i + 1, x, i, count - 1 - i);
}

/** `x` with one in the place of children `i` and `i + 1`; it has three at least. */
export function copyWithOne(to: usize, generation: u64, x: usize, i: u32, link: u32): void {
  const count = childCount(x);
  begin(to, generation, count - 1);
  copyChildren(to, 0, x, 0, i);
  store32(childAt(to, i), link);
  copyChildren(to, i + 1, x, i + 2, count - i - 2);
  copySeparators(to, 0, x, 0, i);
  copySeparators(to, i, x, MUTANT == 443 ? i : i + 1, count - 2 - i);
}

/** The index of a child's word. */
export function indexOf(x: usize, word: usize): u32 {
  return <u32>((word - childAt(x, 0)) >> 2);
}
