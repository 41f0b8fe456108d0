// The structures as they were last released, on the arena of this tree, which their range admits:
// their own contracts, with threads that write, are terminated and recovered; and an image that
// they have written on their own arena. A minor of the arena must not break them.
//
//   node tools/admitted.mjs    after a build, with pnpm on the PATH (`pnpm exec`); in a whole clone
//
// Last released is what the newest tag of a package says; until there is one, the commit BASE. Each
// such commit is built once, in a folder of its own, from its own lockfile.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pack, run } from './pack.mjs';
import { published } from './project.mjs';

const ROOT = resolve(import.meta.dirname, '..');
const BASE = '6bd4bc6b1d8223d8c911910d49da2fe84f701d81';
const ARENA = 'shm-arena';
/** For the contracts of one package. */
const TIMEOUT_MS = 600_000;

const git = (...args) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();

/** The commits that structures were last released from: which of them. */
function releases() {
  const found = new Map();
  for (const name of published().map((dir) => basename(dir))) {
    if (name === ARENA) continue;
    const [tag] = git('tag', '--list', `@x/${name}@*`, '--sort=-v:refname').split('\n');
    const commit = git('rev-list', '-n', '1', tag || BASE);
    found.set(commit, [...(found.get(commit) ?? []), name]);
  }
  return found;
}

/** The tree of a commit, installed and built. */
function treeOf(commit, folder) {
  const tree = join(folder, 'tree');
  mkdirSync(tree);
  const archive = execFileSync('git', ['archive', commit], { cwd: ROOT, maxBuffer: 2 ** 30 });
  execFileSync('tar', ['-x', '-C', tree], { input: archive });
  const pnpm = (...args) => execFileSync('pnpm', args, { cwd: tree, stdio: 'pipe' });
  pnpm('install', '--frozen-lockfile', '--prefer-offline');
  pnpm('exec', 'turbo', 'run', 'build', '--filter=./packages/*', '--output-logs=errors-only');
  return tree;
}

const PRELUDE = `import { readFileSync, writeFileSync } from 'node:fs';
import { AvlBatch } from '@x/avl-batch';
import { Hamt } from '@x/hamt';
import { Cache } from '@x/hamt/cache';
import { Masstree } from '@x/masstree';
import { Arena } from '@x/shm-arena';
import { SkipList } from '@x/skiplist';
const all = { AvlBatch, Hamt, Masstree, SkipList };
const numbers = Array.from({ length: 2000 }, (_, n) => n);
`;
const SAVE = `${PRELUDE}
const arena = Arena.create({ bytes: 2 ** 26 });
for (const [name, kind] of Object.entries(all)) {
  const map = kind.create(arena, { name });
  for (const n of numbers) map.set(String(n), { n });
  map.build?.();
}
const cache = Cache.create(arena, { name: 'Cache', maxEntries: 1e4 });
for (const n of numbers) cache.set(String(n), { n });
writeFileSync('image', Buffer.concat(await Array.fromAsync(arena.save())));
`;
const LOAD = `${PRELUDE}
const arena = await Arena.load(readFileSync('image'));
for (const [name, kind] of Object.entries({ ...all, Cache })) {
  const map = kind.open(arena, name);
  for (const n of numbers) {
    if (map.get(String(n))?.n !== n) throw new Error(name + ' has lost ' + n);
  }
  map.set('more', { n: -1 });
  map.build?.();
  if (map.get('more').n !== -1 || !map.verify().ok) throw new Error(name + ' takes no more');
}
if (!arena.verify().ok) throw new Error('the arena is damaged');
`;

/** Runs a program; what is wrong with it, or undefined. */
function problemOf(args, cwd) {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, {
    ...{ cwd, encoding: 'utf8', timeout: TIMEOUT_MS },
  });
  const failures = stdout.split('\n').filter((line) => line.includes('"error"'));
  if (status === 0 && failures.length === 0) return undefined;
  return `ends with ${status ?? signal}\n${failures.join('\n')}${stderr}`;
}

/** What does not work of the structures of one commit, by what was tried. */
async function problemsOf(commit, names, folder) {
  const tree = treeOf(commit, folder);
  const load = (path) => import(pathToFileURL(join(tree, path)).href);
  const { makeProject } = await load('tools/project.mjs');
  const { bundleAll } = await load('compat/runtimes/bundle.mjs');
  const project = join(folder, 'project');
  makeProject(project);
  writeFileSync(join(project, 'save.mjs'), SAVE);
  writeFileSync(join(project, 'load.mjs'), LOAD);
  const found = { 'an image is saved': problemOf(['save.mjs'], project) };
  const arena = published().find((dir) => basename(dir) === ARENA);
  const tarball = pack(arena, folder);
  // npm refuses an arena that a range does not admit.
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', join(folder, tarball)], project);
  found['the image is loaded, read and written'] = problemOf(['load.mjs'], project);
  await bundleAll(project);
  for (const name of names) {
    const program = join(project, name, 'test/node.mjs');
    found[`the contracts of ${name}`] = problemOf([program, 'threads'], project);
  }
  return found;
}

const [passed, failed] = [[], []];
for (const [commit, names] of releases()) {
  const folder = mkdtempSync(join(tmpdir(), 'admitted-'));
  try {
    console.log(`${names.join(', ')} of ${commit}, on the arena of this tree`);
    for (const [what, problem] of Object.entries(await problemsOf(commit, names, folder))) {
      console.log(problem === undefined ? `ok   ${what}` : `FAIL ${what} ${problem}`);
      (problem === undefined ? passed : failed).push(what);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
console.log(`${passed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
