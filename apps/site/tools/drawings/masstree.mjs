// A Masstree, by packages/masstree/assembly/layout.ts: layers, interiors, leaves with their slots;
// and what was copied since a snapshot.

import assert from 'node:assert/strict';
import { Masstree } from '@x/masstree';
import { Arena } from '@x/shm-arena';
import { u32 } from '@x/shm-arena/codec';
import * as masstree from '../../../../packages/masstree/build/numbers/layout.ts';
import { DOMAIN_OWN } from '../../../../packages/shm-arena/build/numbers/reclaim/home.ts';
import { BRAND, GREY, PALE, Picture, TEXT, WHITE, WIDTH } from './picture.mjs';
import { numbered, rootOf, textOf, wordsOf } from './words.mjs';

const SLOTS_OF = [0, 3, 10, 24, 52];
const WHATS_AT = [0, 0x20, 0x28, 0x30, 0x3a0];
const SLOTS_AT = [0, 0x30, 0x40, 0x50, 0x60];
const I_CHILDREN = masstree.I_SEPARATORS + 8 * (masstree.WIDTH - 1);

function readHead(words, head, prefix) {
  const { u32, u64 } = words;
  const skipped = numbered(u32(head + masstree.H_SKIP), (i) =>
    u64(head + masstree.H_SLICES + 8 * i),
  );
  const begin = prefix + textOf(skipped, 8 * skipped.length);
  const root = readLink(words, u32(head + masstree.H_ROOT), begin);
  return { begin: textOf(skipped, 8 * skipped.length), root };
}

function readLink(words, link, prefix) {
  const { u8, u32, u64 } = words;
  const size = link & 15;
  const at = (link & ~15) >>> 0;
  const generation = Number(u64(at + masstree.GENERATION));
  if (size === 0) {
    const children = numbered(u32(at + masstree.I_COUNT), (i) =>
      readLink(words, u32(at + I_CHILDREN + 4 * i), prefix),
    );
    return { at, generation, children };
  }
  const live = u64(at + (size === masstree.LARGEST ? 32 : 16));
  const all = Number(live >> masstree.KINDS);
  const slots = numbered(SLOTS_OF[size], (slot) => {
    if (((live >> BigInt(slot)) & 1n) === 0n) return undefined;
    const place = at + SLOTS_AT[size] + 16 * slot;
    const what = all === masstree.MIXED ? u8(at + WHATS_AT[size] + slot) : all;
    const kind = what >> 4;
    const key = prefix + textOf([u64(place)], Math.min(kind, 8));
    if (kind < masstree.REST) return { key };
    const value = u32(place + masstree.S_VALUE);
    if (kind === masstree.LAYER) return { key, layer: readHead(words, value, key) };
    return { key, rest: true };
  });
  return { at, generation, slots };
}

const leavesOf = ({ children, slots, ...leaf }) =>
  slots === undefined ? children.flatMap(leavesOf) : [{ slots, ...leaf }];

function countKeys(root) {
  const slots = leavesOf(root).flatMap((leaf) => leaf.slots.filter((slot) => slot !== undefined));
  return slots.reduce(
    (sum, { layer }) => sum + (layer === undefined ? 1 : countKeys(layer.root)),
    0,
  );
}

/** A map of two layers, after a few writes behind a snapshot. */
function makeMasstree() {
  const arena = Arena.create({ bytes: 2 ** 24 });
  const map = Masstree.create(arena, { value: u32 });
  for (let n = 0; n < 200; n++) map.set(`item-${String((n * 37) % 200).padStart(3, '0')}`, n);
  for (let n = 0; n < 18; n++) map.set(`user-ann/${n % 2 === 0 ? 'mail' : 'note'}/${n}`, n);
  map.set('user-bob/mail/1', 0);
  using instant = map.snapshot();
  map.set('item-010', 0).set('user-ann/mail/0', 0);
  const words = wordsOf(arena);
  const own = words.u32(rootOf(words, map.handle) + DOMAIN_OWN);
  const top = readHead(words, own + masstree.MAP_HEAD, '');
  assert.equal(countKeys(top.root), map.size);
  assert.equal(instant.size, map.size);
  return top;
}

/** Two layers: keys that begin with the same eight bytes have one of their own. */
export function drawMasstree() {
  const top = makeMasstree();
  const picture = new Picture();
  const newest = Math.max(...leavesOf(top.root).map(({ generation }) => generation));
  const begun = [];
  const says = 'the first layer: a B+tree over the first eight bytes of the keys';
  let y = drawLayer(picture, top, 14, says, newest, begun);
  for (let i = 0; i < begun.length; i++) {
    const { layer, key, x, y: from } = begun[i];
    const common = layer.begin === '' ? '' : `, who have “${layer.begin}” in common`;
    picture.line(x, from, 20, y + 16, BRAND);
    const says = `a layer for what begins with “${key}”${common}`;
    y = drawLayer(picture, layer, y + 30, says, newest, begun);
  }
  const colour = 'in colour: blocks that two writes after a snapshot have copied';
  picture.text(0, y + 20, `${colour}; below: slots in use; … a key whose rest stands elsewhere`);
  return picture.svg(y + 28, 'A Masstree of two layers after a snapshot and two writes');
}

/** A layer's tree; its own layers go to `begun`. Returns where it ends. */
function drawLayer(picture, { root }, y, says, newest, begun) {
  picture.text(0, y, says);
  const leaves = leavesOf(root);
  const columns = leaves.reduce((sum, { slots }) => sum + columnsOf(slots), 0);
  const cell = Math.min(26, (WIDTH - 24 * leaves.length) / columns);
  const rootY = y + 14;
  const leafY = root.children === undefined ? rootY : rootY + 52;
  if (root.children !== undefined) {
    const [fill, on] = root.generation === newest ? [BRAND, WHITE] : [PALE, TEXT];
    const text = `interior: ${root.children.length} children`;
    picture.box(WIDTH / 2 - 90, rootY, 180, 20, fill);
    picture.text(WIDTH / 2, rootY + 14, text, 'middle', 11, on);
  }
  let x = 8;
  for (const leaf of leaves) {
    const wide = columnsOf(leaf.slots) * cell;
    const stroke = leaf.generation === newest ? BRAND : GREY;
    if (root.children !== undefined) {
      picture.line(WIDTH / 2, rootY + 20, x + wide / 2, leafY, stroke);
    }
    drawLeaf(picture, leaf, x, leafY, cell, newest, begun);
    x += wide + 24;
  }
  return leafY + 84;
}

const columnsOf = (slots) => Math.ceil(slots.length / 4);

function drawLeaf(picture, { slots, generation }, x, y, cell, newest, begun) {
  const [fill, on] = generation === newest ? [BRAND, WHITE] : [PALE, TEXT];
  const columns = columnsOf(slots);
  for (const [i, slot] of slots.entries()) {
    const [left, upper] = [x + (i % columns) * cell, y + 16 * Math.floor(i / columns)];
    picture.box(left, upper, cell, 16, slot === undefined ? 'none' : fill, slot?.key);
    const mark = slot?.rest ? '…' : slot?.layer === undefined ? '' : '▼';
    if (mark !== '') picture.text(left + cell / 2, upper + 12, mark, 'middle', 10, on);
    if (slot?.layer !== undefined) begun.push({ ...slot, x: left + cell / 2, y: upper + 16 });
  }
  const used = slots.filter((slot) => slot !== undefined).length;
  picture.text(x, y + 80, `${used} / ${slots.length}`, 'start', 11, GREY);
}
