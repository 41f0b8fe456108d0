// Checks the packages as their users get them: packs all of packages/, installs the tarballs into
// an empty project, and runs there, under every Node at hand (the machine's own and the
// workspace's), the programs of apps/examples/packed and those in the READMEs and the site's guide.
//
//   node tools/packed.mjs    after a build, with pnpm on the PATH (`pnpm exec`); needs no network
//
// The tarballs have only each other as dependencies, so the installation works offline.

import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join, resolve } from 'node:path';
import { pack, readJson, run } from './pack.mjs';
import { programs } from './readme.mjs';

const ROOT = resolve(import.meta.dirname, '..');
const NODE = process.platform === 'win32' ? 'node.exe' : 'node';
const TIMEOUT_MS = 60_000;

/** The programs to run in the project: file name, text, and what it must print if that is known. */
function collectPrograms(packageDirs) {
  const folder = join(ROOT, 'apps/examples/packed');
  const found = readdirSync(folder).map((name) => {
    return { name, code: readFileSync(join(folder, name), 'utf8'), output: undefined };
  });
  const texts = [
    ['readme', join(ROOT, 'README.md')],
    ...packageDirs.map((dir) => [
      readJson(join(dir, 'package.json')).name.split('/')[1],
      join(dir, 'README.md'),
    ]),
    ...globSync('apps/site/{index,guide/*}.md', { cwd: ROOT }).map((path) => [
      `site-${basename(path, '.md')}`,
      join(ROOT, path),
    ]),
  ];
  for (const [prefix, text] of texts) {
    for (const { line, code, output } of programs(text)) {
      const extension = /\brequire\(/.test(code) ? 'cjs' : 'mjs';
      found.push({ name: `${prefix}-line-${line}.${extension}`, code, output });
    }
  }
  return found;
}

/** Every Node on the PATH and the one that runs this, one of each version, that we support. */
function findNodes(range) {
  const nodes = new Map();
  const folders = (process.env.PATH ?? '').split(delimiter);
  const paths = folders.map((folder) => join(folder, NODE));
  for (const path of [process.execPath, ...paths]) {
    if (!existsSync(path)) continue;
    const version = execFileSync(path, ['--version'], { encoding: 'utf8' }).trim();
    if (!nodes.has(version)) nodes.set(version, realpathSync(path));
  }
  return [...nodes].filter(([version]) => {
    const supported = atLeast(version.slice(1), range.replace('>=', ''));
    if (!supported) console.log(`Node ${version}: not run, the packages need ${range}`);
    return supported;
  });
}

function atLeast(version, least) {
  return version.localeCompare(least, 'en', { numeric: true }) >= 0;
}

/** Runs one program; returns what is wrong with it, or undefined. */
function check(node, project, { name, output }) {
  const result = spawnSync(node, [name], { cwd: project, encoding: 'utf8', timeout: TIMEOUT_MS });
  if (result.status !== 0 || result.stderr !== '') {
    return `exits with ${result.status ?? result.signal}\n${result.stdout}${result.stderr}`;
  }
  if (output !== undefined && result.stdout !== output) {
    return `prints\n${result.stdout}the text promises\n${output}`;
  }
  return undefined;
}

function main(folder) {
  const names = readdirSync(join(ROOT, 'packages'));
  const packageDirs = names
    .map((name) => join(ROOT, 'packages', name))
    .filter((dir) => readJson(join(dir, 'package.json')).private !== true);
  const project = join(folder, 'project');
  mkdirSync(project);
  const tarballs = packageDirs.map((dir) => pack(dir, project));
  writeFileSync(join(project, 'package.json'), '{ "private": true }\n');
  const files = tarballs.map((name) => `./${name}`);
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', ...files], project);

  const all = collectPrograms(packageDirs);
  for (const { name, code } of all) writeFileSync(join(project, name), code);
  const { engines } = readJson(join(packageDirs[0], 'package.json'));
  const problems = [];
  let passed = 0;
  for (const [version, node] of findNodes(engines.node)) {
    for (const program of all) {
      const problem = check(node, project, program);
      console.log(`Node ${version}  ${problem === undefined ? 'ok  ' : 'FAIL'}  ${program.name}`);
      if (problem === undefined) passed++;
      else problems.push(`${program.name} under Node ${version} ${problem}`);
    }
  }
  for (const problem of problems) console.error(`\n${problem}`);
  console.log(`${passed} passed, ${problems.length} failed`);
  if (problems.length > 0) process.exitCode = 1;
}

const folder = mkdtempSync(join(tmpdir(), 'packed-'));
try {
  main(folder);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
