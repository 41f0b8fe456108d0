// Checks the packages as their users get them: in an empty project, under every Node at hand (the
// machine's own and the workspace's). More runtimes: compat/runtimes.
//
//   node tools/packed.mjs    after a build, with pnpm on the PATH (`pnpm exec`); needs no network

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { readJson } from './pack.mjs';
import { makeProject, problemOf, published, writePrograms } from './project.mjs';

const NODE = process.platform === 'win32' ? 'node.exe' : 'node';

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

function main(folder) {
  const project = join(folder, 'project');
  makeProject(project);
  const all = writePrograms(project);
  const { engines } = readJson(join(published()[0], 'package.json'));
  const problems = [];
  let passed = 0;
  for (const [version, node] of findNodes(engines.node)) {
    for (const program of all) {
      const problem = problemOf([node], project, program);
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
