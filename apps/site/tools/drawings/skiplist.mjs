// A SkipList, by packages/skiplist/assembly: towers and versions (node.ts), and the guide where
// searches begin (guide.ts).

import assert from 'node:assert/strict';
import { Arena } from '@x/shm-arena';
import { u32 } from '@x/shm-arena/codec';
import { SkipList } from '@x/skiplist';
import { GUIDED } from '../../../../packages/skiplist/build/numbers/guide.ts';
import * as skip from '../../../../packages/skiplist/build/numbers/node.ts';
import { RECORD_LISTS } from '../../../../packages/skiplist/build/numbers/record.ts';
import { BRAND, GREY, PALE, Picture, TEXT, WHITE, WIDTH } from './picture.mjs';
import { numbered, rootOf, textOf, wordsOf } from './words.mjs';

/** All levels of the active list, by following its links. */
function readSkipList(words, handle) {
  const { u32, u64 } = words;
  const list = u32(rootOf(words, handle) + RECORD_LISTS);
  const head = list + skip.LIST_HEAD;
  const chain = (level) => {
    const nodes = [];
    const next = (node) => u32(node - 4 - 4 * level);
    for (let node = next(head); node !== 0; node = next(node)) nodes.push(node);
    return nodes;
  };
  const nodes = chain(0).map((at) => {
    const meta = u32(at + skip.META);
    return {
      at,
      key: textOf([u64(at), u64(at + 8)], meta & 0xf_ffff),
      height: (meta >>> 20) & 31,
      tombstone: (meta & skip.TOMB) !== 0,
      stamp: u64(at + skip.STAMP),
    };
  });
  const levels = [];
  for (let level = 0; chain(level).length > 0; level++) levels.push(chain(level));
  return { nodes, levels };
}

/** Towers, and the versions of a key. */
export function drawTowers() {
  const arena = Arena.create({ bytes: 2 ** 24 });
  const list = SkipList.create(arena, { value: u32 });
  const names = 'ant bee cat dog eel fox gnu hen ibis jay kiwi lark mole newt owl pig'.split(' ');
  for (const [n, name] of names.entries()) list.set(name, n);
  list.set('cat', 20).set('cat', 21).set('mole', 22);
  list.delete('gnu');
  const { nodes, levels } = readSkipList(wordsOf(arena), list.handle);
  const versions = [...list.entries({ versions: true, tombstones: true })];
  assert.deepEqual(
    nodes.map(({ key, tombstone }) => [key, tombstone]),
    versions.map(({ key, tombstone }) => [key, tombstone]),
  );

  const picture = new Picture();
  const step = (WIDTH - 70) / nodes.length;
  const yOf = (level) => 20 + 26 * (levels.length - 1 - level);
  const base = yOf(0);
  const indexOf = new Map(nodes.map(({ at }, i) => [at, i]));
  const xOf = (at) => 60 + step * indexOf.get(at);
  for (const [level, chain] of levels.entries()) {
    picture.text(0, yOf(level) + 13, `level ${level}`, 'start', 11, GREY);
    let from = 44;
    for (const at of chain) {
      picture.line(from, yOf(level) + 9, xOf(at), yOf(level) + 9);
      from = xOf(at) + step - 10;
    }
  }
  const last = new Set();
  for (const { at, key, height, tombstone, stamp } of nodes) {
    const old = last.has(key);
    last.add(key);
    const fill = old ? PALE : BRAND;
    const top = yOf(height - 1);
    const what = tombstone ? ', a tombstone' : old ? ', an old one' : '';
    picture.box(xOf(at), top, step - 10, base - top + 18, fill, `${key}: version ${stamp}${what}`);
    if (tombstone) picture.text(xOf(at) + (step - 10) / 2, base + 13, '×', 'middle', 13);
    picture.text(xOf(at) + (step - 10) / 2, base + 32, key, 'middle', 11);
    picture.text(xOf(at) + (step - 10) / 2, base + 46, `${stamp}`, 'middle', 10, GREY);
  }
  picture.text(0, base + 46, 'version', 'start', 10, GREY);
  const about =
    'towers; versions of a key side by side, the newest first; × says that it was deleted';
  picture.text(0, base + 68, about);
  return picture.svg(base + 76, 'A SkipList with towers and versions');
}

/** The guide of a list: its groups from the top, and the leaves with the nodes they lead to. */
function readGuide({ u32 }, list) {
  const guide = u32(list + skip.LIST_GUIDE);
  const leaves = numbered(u32(guide + 12), (i) => {
    const leaf = u32(guide + 8) + 64 * i;
    return numbered(ENTRIES, (entry) => u32(leaf + 44 + 4 * entry)).filter((node) => node !== 0);
  });
  return { levels: u32(guide), leaves };
}

/** Windows of a group, and of a leaf. */
const GROUP = 8;
const ENTRIES = 5;

/** The way of one search through a longer list, which begins in the guide. */
export function drawGuide() {
  const arena = Arena.create({ bytes: 2 ** 24 });
  const list = SkipList.create(arena, { value: u32 });
  for (let n = 0; n < 5000; n++) list.set(String((n * 7919) % 100_003).padStart(6, '0'), n);
  const words = wordsOf(arena);
  const { nodes, levels } = readSkipList(words, list.handle);
  const list0 = words.u32(rootOf(words, list.handle) + RECORD_LISTS);
  const guide = readGuide(words, list0);
  const guided = guide.leaves.flat();
  const chain = levels[GUIDED - 1];
  const known = new Set(guided);
  assert.ok(guided.length > 100);
  assert.deepEqual(
    guided,
    chain.filter((node) => known.has(node)),
  );
  const keyOf = new Map(nodes.map((node) => [node.at, node.key]));
  const sought = keyOf.get(nodes[Math.floor(nodes.length * 0.4)].at);

  const picture = new Picture();
  const wide = WIDTH / GROUP;
  const row = (y, keys, says) => {
    picture.text(0, y - 6, says, 'start', 11, GREY);
    const chosen = keys.findIndex((key) => key >= sought);
    for (const [i, key] of keys.entries()) {
      picture.box(i * wide + 2, y, wide - 4, 20, i === chosen ? BRAND : PALE, undefined);
      picture.text((i + 0.5) * wide, y + 14, key, 'middle', 11, i === chosen ? WHITE : TEXT);
    }
    return [chosen, (chosen + 0.5) * wide];
  };
  const greatest = guide.leaves.map((leaf) => keyOf.get(leaf.at(-1)));
  let y = 34;
  let at = 0;
  let from;
  const step = (keys, says) => {
    const [chosen, x] = row(y, keys, says);
    if (from !== undefined) picture.line(from, y - 32, x, y, BRAND);
    from = x;
    y += 52;
    return chosen;
  };
  picture.text(0, 12, `a search for ${sought} among ${nodes.length} nodes`);
  for (let level = guide.levels; level > 0; level--) {
    const below = GROUP ** (level - 1);
    const begins = numbered(GROUP, (i) => (at * GROUP + i) * below).filter(
      (i) => i < greatest.length,
    );
    const keys = begins.map((i) => greatest[Math.min(i + below, greatest.length) - 1]);
    at =
      at * GROUP +
      step(keys, `a group: the greatest key of each ${level > 1 ? 'group' : 'leaf'} below`);
  }
  const leaf = guide.leaves[at];
  step(
    leaf.map((node) => keyOf.get(node)),
    `a leaf: towers that reach level ${GUIDED - 1}`,
  );
  const index = chain.findIndex((node) => keyOf.get(node) >= sought);
  const begin = nodes.findIndex((node) => node.at === chain[index - 1]);
  const end = nodes.findIndex((node) => keyOf.get(node.at) >= sought);
  const near = nodes.slice(Math.max(begin, end - GROUP + 2), end + 2).map(({ key }) => key);
  step(near, 'level 0, from the tower before on; the levels between shorten the way');
  return picture.svg(y - 24, 'The way of a search through the guide of a SkipList');
}
