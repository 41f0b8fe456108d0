// The floors of the house: what may import what. A file imports from its own room and from the
// floors below it; nothing stands in a circle, neither files nor rooms.
//
//   node tools/floors.mjs    prints what breaks this; part of `npm test` through floors.test.mjs
//
// A tree is a folder of sources, its rooms are the folders in it, its floors are written here from
// the ground up. Rooms on one floor do not know each other. What lies in the tree itself stands
// above all floors, as entries do, and no room imports it. A tree without floors is one room.
// Types do not count where they come from an api.ts: a contract names what is made for it.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

const ROOT = resolve(import.meta.dirname, '..');

/** Packages, from the ground up, and the apps; of those on one floor none imports another. */
export const PACKAGES = [
  ['shm-arena'],
  ['reclaim-epoch', 'reclaim-hazard', 'skiplist', 'avl-batch', 'masstree', 'hamt', 'sorted-array'],
  ['testkit'],
  ['bench', 'examples', 'verify'],
];

/** Trees of sources with their floors, from the ground up. */
export const TREES = {
  'packages/shm-arena/assembly': [
    ['ground'],
    ['memory'],
    ['life'],
    ['reclaim', 'map'],
    ['write'],
    ['inspect'],
  ],
  'packages/reclaim-epoch/assembly': [],
  'packages/reclaim-hazard/assembly': [],
  'packages/skiplist/assembly': [],
  'packages/avl-batch/assembly': [],
  'packages/sorted-array/assembly': [],
  'packages/masstree/assembly': [],
  'packages/hamt/assembly': [],
  'packages/shm-arena/src': [
    ['ground'],
    ['values'],
    ['life'],
    ['arena', 'structure'],
    ['reclaim', 'map'],
    ['ordered'],
  ],
  'packages/reclaim-epoch/src': [],
  'packages/reclaim-hazard/src': [],
  'packages/skiplist/src': [],
  'packages/avl-batch/src': [],
  'packages/sorted-array/src': [],
  'packages/masstree/src': [],
  'packages/hamt/src': [],
  'packages/testkit/src': [],
  'apps/bench/src': [],
  'apps/examples/src': [],
  'apps/verify/src': [],
  'apps/verify/structures': [],
};

/**
 * What breaks the order of `trees`.
 *
 * @param {Record<string, string>} files the sources by their path in the repository
 * @param {Record<string, string[][]>} trees as TREES
 * @param {string[][]} packages as PACKAGES
 */
export function check(files, trees = TREES, packages = PACKAGES) {
  const problems = [];
  const graph = new Map();
  for (const [path, source] of Object.entries(files)) {
    const known = importsOf(path, source).filter((to) => Object.hasOwn(files, to));
    graph.set(path, known);
    for (const to of known) {
      const why = upward(path, to, trees, packages);
      if (why !== null) problems.push(`${path} imports ${to}: ${why}`);
    }
    const homeless = withoutRoom(path, trees);
    if (homeless !== null) problems.push(homeless);
  }
  for (const circle of circles(graph)) problems.push(`a circle: ${circle.join(', ')}`);
  return problems;
}

/** The files that a source imports, by path; of another package an entry, or a kernel's file. */
export function importsOf(path, source) {
  const tree = ts.createSourceFile(path, source, ts.ScriptTarget.Latest);
  const found = new Set();
  for (const node of tree.statements) {
    if (!ts.isImportDeclaration(node) && !ts.isExportDeclaration(node)) continue;
    if (node.moduleSpecifier === undefined) continue;
    const to = target(path, node.moduleSpecifier.text);
    if (to === null || (typesOnly(node) && posix.basename(to) === 'api.ts')) continue;
    found.add(to);
  }
  return [...found];
}

function typesOnly(node) {
  return ts.isExportDeclaration(node) ? node.isTypeOnly : node.importClause?.isTypeOnly === true;
}

function target(path, name) {
  const other = /^@x\/([\w-]+)(?:\/(.*))?$/.exec(name);
  if (other === null && !name.startsWith('.')) return null;
  const to = other === null ? posix.join(posix.dirname(path), name) : entryOf(other[1], other[2]);
  return to.endsWith('.ts') ? to : `${to}.ts`;
}

function entryOf(name, entry = 'index') {
  return `packages/${name}/${entry.startsWith('assembly/') ? '' : 'src/'}${entry}`;
}

/** Why `path` must not import `to`; null: it may. */
function upward(path, to, trees, packages) {
  const [own, other] = [packageOf(path), packageOf(to)];
  if (own !== other) {
    if (floorOf(packages, other) < floorOf(packages, own)) return null;
    return `the package ${other} is not below ${own}`;
  }
  const tree = treeOf(path, trees);
  if (tree === undefined || tree !== treeOf(to, trees) || trees[tree].length === 0) return null;
  const [room, below] = [roomOf(path, tree), roomOf(to, tree)];
  if (below === room || room === '') return null;
  if (below === '') return 'what lies in the tree itself stands above all rooms';
  if (floorOf(trees[tree], below) < floorOf(trees[tree], room)) return null;
  return `${below} is not below ${room}`;
}

function withoutRoom(path, trees) {
  const tree = treeOf(path, trees);
  if (tree === undefined || trees[tree].length === 0) return null;
  const room = roomOf(path, tree);
  if (room === '' || floorOf(trees[tree], room) >= 0) return null;
  return `${path}: the room ${room} stands on no floor of tools/floors.mjs`;
}

function packageOf(path) {
  return path.split('/')[1];
}

function treeOf(path, trees) {
  return Object.keys(trees).find((tree) => path.startsWith(`${tree}/`));
}

/** The folder of a file in its tree; '': above all floors. */
function roomOf(path, tree) {
  const [first, ...rest] = path.slice(tree.length + 1).split('/');
  return rest.length > 0 ? first : '';
}

function floorOf(floors, room) {
  return floors.findIndex((rooms) => rooms.includes(room));
}

/** The sets of files that reach each other (Tarjan, 1972). */
export function circles(graph) {
  const found = [];
  const order = new Map();
  const low = new Map();
  const stack = [];
  const visit = (node) => {
    order.set(node, order.size);
    low.set(node, order.get(node));
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!order.has(next)) visit(next);
      if (stack.includes(next)) low.set(node, Math.min(low.get(node), low.get(next)));
    }
    if (low.get(node) !== order.get(node)) return;
    const part = stack.splice(stack.indexOf(node));
    if (part.length > 1 || graph.get(node)?.includes(node)) found.push(part.sort());
  };
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return found;
}

/** The sources of all trees. */
export function sources(trees = TREES) {
  const files = {};
  for (const tree of Object.keys(trees)) {
    if (!existsSync(join(ROOT, tree))) throw new Error(`${tree}: there is no such folder`);
    for (const name of readdirSync(join(ROOT, tree), { recursive: true })) {
      const path = posix.join(tree, name.replaceAll('\\', '/'));
      if (path.endsWith('.ts')) files[path] = readFileSync(join(ROOT, path), 'utf8');
    }
  }
  return files;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const problems = check(sources());
  for (const problem of problems) console.log(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
