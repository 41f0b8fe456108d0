// An AvlBatch, by packages/avl-batch/assembly (node.ts, version.ts): two versions, and the nodes
// that both have.

import assert from 'node:assert/strict';
import { AvlBatch } from '@x/avl-batch';
import { Arena } from '@x/shm-arena';
import { u32 } from '@x/shm-arena/codec';
import * as avlNode from '../../../../packages/avl-batch/build/numbers/node.ts';
import {
  VERSION_NUMBER,
  VERSION_ROOT,
} from '../../../../packages/avl-batch/build/numbers/version.ts';
import { BRAND, GREY, Picture, TEXT, WHITE, WIDTH } from './picture.mjs';
import { rootOf, textOf, wordsOf } from './words.mjs';

/** Of what hides lines behind it. */
const PAPER = 'var(--vp-c-bg, #fff)';
const SHADE = 'var(--vp-c-bg-alt, #eee)';

function readAvl(words, n, depth = 0) {
  const { u32, u64 } = words;
  if (n === 0) return [];
  const child = (at) => (u32(n + at) & avlNode.CHILD) >>> 0;
  const [left, right] = [child(avlNode.LEFT), child(avlNode.RIGHT)];
  const length = u32(u32(n + avlNode.COLD));
  const key = textOf([u64(n), u64(n + 8)], length);
  const node = { at: n, key, depth, children: [left, right].filter((at) => at !== 0) };
  return [...readAvl(words, left, depth + 1), node, ...readAvl(words, right, depth + 1)];
}

/** A tree before and after a build. */
function makeVersions() {
  const arena = Arena.create({ bytes: 2 ** 24 });
  const tree = AvlBatch.create(arena, { value: u32 });
  for (let n = 0; n < 30; n++) tree.set(String(2 * n).padStart(2, '0'), n);
  tree.build();
  const words = wordsOf(arena);
  const version = () => rootOf(words, tree.handle);
  const nodes = () => readAvl(words, words.u32(version() + VERSION_ROOT));
  using instant = tree.snapshot();
  const before = nodes();
  tree.set('13', 0);
  tree.set('44', 0);
  tree.build();
  const after = nodes();
  const keysOf = (all) => all.map(({ key }) => key);
  assert.deepEqual([...tree.keys()], keysOf(after));
  assert.deepEqual([...instant.keys()], keysOf(before));
  return { before, after, number: words.u64(version() + VERSION_NUMBER) };
}

/** Two versions of a tree: what the second one shares with the first. */
export function drawVersions() {
  const { before, after, number } = makeVersions();
  const picture = new Picture();
  const shared = new Set(before.map(({ at }) => at));
  const kept = new Map(after.map((node) => [node.at, node]));
  const old = before.filter(({ at }) => !kept.has(at));
  const byPlace = new Map([...before, ...after].map((node) => [node.at, node]));
  const keys = after.map(({ key }) => key);
  const xOf = (key) => ((keys.indexOf(key) + 0.5) * WIDTH) / keys.length;
  const yOf = (depth) => 30 + 48 * depth;
  // The old version's own nodes stand a little above and to the left of those that replaced them.
  const place = ({ at, key, depth }) =>
    kept.has(at) ? [xOf(key), yOf(kept.get(at).depth)] : [xOf(key) - 15, yOf(depth) - 16];
  for (const node of [...old, ...after]) {
    const isOld = !kept.has(node.at);
    for (const child of node.children) {
      const stroke = isOld || shared.has(node.at) ? GREY : BRAND;
      picture.line(...place(node), ...place(byPlace.get(child)), stroke, isOld);
    }
  }
  for (const node of [...old, ...after]) {
    const [x, y] = place(node);
    const isOld = !kept.has(node.at);
    const [fill, on] = isOld ? [PAPER, TEXT] : shared.has(node.at) ? [SHADE, TEXT] : [BRAND, WHITE];
    const title = `${node.key}${isOld ? ', of the version before' : ''}`;
    picture.box(x - 10, y - 9, 20, 18, fill, title);
    picture.text(x, y + 4, node.key, 'middle', 10, on);
  }
  const y = yOf(Math.max(...after.map(({ depth }) => depth))) + 36;
  const own = after.filter(({ at }) => !shared.has(at)).length;
  const both = `${after.length - own} are of the version before, which has ${old.length} more`;
  picture.text(0, y, `version ${number}, after two writes: ${own} nodes of its own, in colour;`);
  picture.text(0, y + 16, `${both}, with broken lines`);
  return picture.svg(y + 24, 'Two versions of an AvlBatch that share most nodes');
}
