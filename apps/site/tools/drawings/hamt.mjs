// A Hamt, by packages/hamt/assembly/layout.ts: slots, the runs of a node, leaves; and what a
// snapshot shares with the present.

import assert from 'node:assert/strict';
import { Hamt } from '@x/hamt';
import { Arena } from '@x/shm-arena';
import { u32 } from '@x/shm-arena/codec';
import * as hamt from '../../../../packages/hamt/build/numbers/layout.ts';
import { DOMAIN_OWN } from '../../../../packages/shm-arena/build/numbers/reclaim/home.ts';
import { BRAND, PALE, Picture, WIDTH } from './picture.mjs';
import { numbered, rootOf, textOf, wordsOf } from './words.mjs';

const A_SLOTS = 16;
const N_LINKS = 16;
const L_TAGS = 16;
/** Enough for most slots to have a node. */
const KEYS = 4000;

function readArray({ u32 }, array) {
  return numbered(hamt.SLOTS, (slot) => {
    const at = array + A_SLOTS + 8 * slot;
    assert.equal(u32(at) === 0 ? 0 : u32((u32(at) & ~1) >>> 0) & 6, 0); // Decided: nobody writes.
    return { link: u32(at), entries: u32(at + 4) };
  });
}

/** A node with its runs, or a leaf with its keys. */
function readLink(words, link) {
  const { u8, u32, u64 } = words;
  const at = (link & ~1) >>> 0;
  if (link === 0) return { at, keys: [] };
  if ((link & 1) === 0) {
    const count = u32(at + hamt.L_COUNT);
    const padded = (count + 7) & ~7;
    const keys = numbered(count, (i) => {
      const entry = at + L_TAGS + 2 * padded + i * hamt.ENTRY;
      const length = Math.floor(u8(at + L_TAGS + padded + i) / hamt.WHATS);
      return textOf([u64(entry), u64(entry + 8)], length);
    });
    return { at, keys };
  }
  const begins = u64(at + hamt.N_RUNS);
  const starts = numbered(hamt.PLACES, (v) => v).filter((v) => (begins >> BigInt(v)) & 1n);
  const runs = starts.map((from, run) => {
    const to = starts[run + 1] ?? hamt.PLACES;
    return { from, to, below: readLink(words, u32(at + N_LINKS + 4 * run)) };
  });
  return { at, runs };
}

const keysBelow = ({ keys, runs }) => keys ?? runs.flatMap(({ below }) => keysBelow(below));

/** A map before and after a few writes behind a snapshot. */
function makeHamt() {
  const arena = Arena.create({ bytes: 2 ** 24 });
  const map = Hamt.create(arena, { value: u32 });
  for (let n = 0; n < KEYS; n++) map.set(`key ${n}`, n);
  const words = wordsOf(arena);
  const own = words.u32(rootOf(words, map.handle) + DOMAIN_OWN);
  const array = () => readArray(words, words.u32(own + hamt.MAP_ROOT));
  using instant = map.snapshot();
  const before = array();
  map.set('key 1', 0).set('key 2', 0).set('key 3', 0);
  const after = array();
  const tries = after.map(({ link }) => readLink(words, link));
  assert.deepEqual(tries.flatMap(keysBelow).toSorted(), [...map.keys()].sort());
  const isNew = after.map(({ link }, slot) => link !== before[slot].link);
  const changed = isNew.filter((yes) => yes).length;
  assert.ok(changed >= 1 && changed <= 3 && instant.size === KEYS);
  const chosen = isNew.findIndex((yes, slot) => yes && tries[slot].runs !== undefined);
  const { runs } = tries[chosen];
  const old = new Set(leavesOf(readLink(words, before[chosen].link)).map(({ at }) => at));
  return { before, after, isNew, chosen, runs, old };
}

const leavesOf = ({ runs, ...leaf }) => runs?.flatMap(({ below }) => leavesOf(below)) ?? [leaf];

/** An array and its slots before and after, and the trie of a slot that was written. */
export function drawHamt() {
  const { before, after, isNew, chosen, runs, old } = makeHamt();
  const most = Math.max(...after.map(({ entries }) => entries));
  const picture = new Picture();
  const cell = WIDTH / hamt.SLOTS;
  const array = (base, slots, fillOf, says) => {
    picture.text(0, base - 50, says);
    for (const [slot, { entries }] of slots.entries()) {
      const high = (44 * entries) / most;
      const title = `slot ${slot}: ${entries} entries`;
      picture.box(slot * cell + 1, base - high, cell - 2, high, fillOf(slot), title);
    }
  };
  array(
    70,
    before,
    () => PALE,
    'the array of the snapshot: 64 slots, as high as they have entries',
  );
  const says = 'the array of the present, after three writes: what is in colour is its own';
  array(160, after, (slot) => (isNew[slot] ? BRAND : PALE), says);

  const nodeY = 210;
  const leafY = nodeY + 70;
  picture.line((chosen + 0.5) * cell, 161, WIDTH / 2, nodeY, BRAND);
  picture.text(0, nodeY - 6, `the node of slot ${chosen}: 64 places, ${runs.length} runs`);
  const wide = WIDTH / runs.length;
  const place = WIDTH / hamt.PLACES;
  for (const [i, { from, to, below }] of runs.entries()) {
    const title = `places ${from} to ${to - 1}`;
    picture.box(from * place, nodeY, (to - from) * place, 20, PALE, title, BRAND);
    if (below.at === 0) continue;
    const middle = (i + 0.5) * wide;
    picture.line(((from + to) / 2) * place, nodeY + 20, middle, leafY);
    drawLeaf(
      picture,
      middle,
      leafY,
      Math.min(wide - 6, 90),
      below,
      old.has(below.at) ? PALE : BRAND,
    );
  }
  const leaves =
    'its leaves, of up to 16 entries: one was copied, the others are those of the snapshot';
  picture.text(0, leafY + 76, leaves);
  return picture.svg(leafY + 84, 'A Hamt after a snapshot and three writes');
}

function drawLeaf(picture, middle, top, width, leaf, fill) {
  const keys = keysBelow(leaf);
  const step = width / 4;
  for (let slot = 0; slot < hamt.CAPACITY; slot++) {
    const [x, y] = [middle + ((slot % 4) - 2) * step, top + 14 * Math.floor(slot / 4)];
    picture.box(x, y, step, 14, slot < keys.length ? fill : 'none', keys[slot]);
  }
}
