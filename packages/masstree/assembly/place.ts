// Where a write's walk stands: at a leaf, or a node on the way to it, with the words that name it
// and its parent, and the blocks in which these words are.
//
//   beyond ── beyondWord ─► over ── word ─► link
//   an interior, a head,    an interior, or the layer's head: then beyond is the leaf `upper`, and
//   or a leaf               beyondWord the value word of one of its slots
//
// The words stand in globals of the instance, as the key does (hand.ts).
//
// Names: depth which slice of the key the present layer has.

import { get32, get64, put32, put64 } from '@x/shm-arena/assembly/ground/atomic';
import { blockOf, H_ROOT } from './layout';

/** The head of the first layer. */
export let top: usize = 0;
/** 0: the layer is empty. */
export let link: u32 = 0;
export let over: usize = 0;
export let word: usize = 0;
export let beyond: usize = 0;
export let beyondWord: usize = 0;
/** The leaf that has the layer's slot, with its size; 0: it is the first layer. */
export let upper: u32 = 0;
export let depth: u32 = 0;
/** Whether what it stands at is the first, the last of its layer. */
export let isFirst: bool = true;
export let isLast: bool = true;
/** How many slices of the layer's head agree with the key, where not all do; or ~0. */
export let agreed: u32 = 0;

/** Notes all of it in 52 bytes of private memory, for `goBack`. */
export function keep(at: usize): void {
  put32(at, link);
  put32(at + 4, <u32>over);
  put32(at + 8, <u32>word);
  put32(at + 12, <u32>beyond);
  put32(at + 16, <u32>beyondWord);
  put32(at + 20, upper);
  put32(at + 24, depth);
  put32(at + 28, <u32>isFirst | ((<u32>isLast) << 1));
  put32(at + 32, agreed);
  put64(at + 36, live);
  put32(at + 44, slot);
  put32(at + 48, what);
}

export function goBack(at: usize): void {
  link = get32(at);
  over = get32(at + 4);
  word = get32(at + 8);
  beyond = get32(at + 12);
  beyondWord = get32(at + 16);
  upper = get32(at + 20);
  depth = get32(at + 24);
  isFirst = (get32(at + 28) & 1) != 0;
  isLast = (get32(at + 28) & 2) != 0;
  agreed = get32(at + 32);
  live = get64(at + 36);
  slot = <i32>get32(at + 44);
  what = get32(at + 48);
}

/** What follows is about the tree under this head. */
export function standUnder(head: usize): void {
  top = head;
}

/** What the leaf's LIVE was, and which slot had the key then (-1: none), and was what. */
export let live: u64 = 0;
export let slot: i32 = 0;
export let what: u32 = 0;

export function sawSlot(leafLive: u64, keySlot: i32, is: u32): void {
  live = leafLive;
  slot = keySlot;
  what = is;
}

/** In a layer, at its root. */
export function enterLayer(leaf: u32, at: usize, head: usize, layerDepth: u32): void {
  upper = leaf;
  beyond = blockOf(leaf);
  beyondWord = at;
  over = head;
  word = head + H_ROOT;
  depth = layerDepth;
  isFirst = true;
  isLast = true;
  agreed = ~0;
}

export function standOn(what: u32): u32 {
  link = what;
  return what;
}

/** From the interior `x` to a child. */
export function descend(x: usize, child: usize, first: bool, last: bool): void {
  beyond = over;
  beyondWord = word;
  over = x;
  word = child;
  if (!first) isFirst = false;
  if (!last) isLast = false;
}

export function fork(slices: u32): u32 {
  agreed = slices;
  return slices;
}

/** Behind the slices that the layer's head has. */
export function goDeeper(slices: u32): void {
  depth += slices;
}
