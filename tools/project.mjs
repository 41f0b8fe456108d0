// The packages as their users get them: packed, and installed in an empty project. And the programs
// that must run there: those of apps/examples/packed, of the READMEs and of the site's guide.

import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pack, readJson, run } from './pack.mjs';
import { programs } from './readme.mjs';

const ROOT = resolve(import.meta.dirname, '..');
const TIMEOUT_MS = 60_000;

/** The folders of the packages that are published. */
export function published() {
  return readdirSync(join(ROOT, 'packages'))
    .map((name) => join(ROOT, 'packages', name))
    .filter((dir) => readJson(join(dir, 'package.json')).private !== true);
}

/**
 * Makes the project and installs the packages, which must be built, in it; needs pnpm on the PATH
 * (`pnpm exec`), and no network: the tarballs have only each other as dependencies.
 *
 * @param {string} project the folder, which must not be there
 */
export function makeProject(project) {
  mkdirSync(project);
  const tarballs = published().map((dir) => pack(dir, project));
  writeFileSync(join(project, 'package.json'), '{ "private": true }\n');
  const files = tarballs.map((name) => `./${name}`);
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', ...files], project);
}

/**
 * Writes the programs into the project.
 *
 * @param {string} project
 * @returns {{ name: string, output: string | undefined }[]} each with what it must print, if known
 */
export function writePrograms(project) {
  const folder = join(ROOT, 'apps/examples/packed');
  const found = readdirSync(folder).map((name) => {
    return { name, code: readFileSync(join(folder, name), 'utf8'), output: undefined };
  });
  const readmes = published().map((dir) => [basename(dir), join(dir, 'README.md')]);
  const pages = globSync('apps/site/{index,guide/*}.md', { cwd: ROOT });
  const guide = pages.map((path) => [`site-${basename(path, '.md')}`, join(ROOT, path)]);
  for (const [prefix, text] of [['readme', join(ROOT, 'README.md')], ...readmes, ...guide]) {
    for (const { line, code, output } of programs(text)) {
      const extension = /\brequire\(/.test(code) ? 'cjs' : 'mjs';
      found.push({ name: `${prefix}-line-${line}.${extension}`, code, output });
    }
  }
  return found.map(({ name, code, output }) => {
    writeFileSync(join(project, name), code);
    return { name, output };
  });
}

/**
 * Runs one program; returns what is wrong with it, or undefined.
 *
 * @param {string[]} command what runs a file
 * @param {string} project
 * @param {{ name: string, output: string | undefined }} program
 */
export function problemOf([command, ...args], project, { name, output }) {
  const options = { cwd: project, encoding: 'utf8', timeout: TIMEOUT_MS };
  const result = spawnSync(command, [...args, name], options);
  if (result.status !== 0 || result.stderr !== '') {
    return `exits with ${result.status ?? result.signal}\n${result.stdout}${result.stderr}`;
  }
  if (output !== undefined && plain(result.stdout) !== plain(output)) {
    return `prints\n${result.stdout}the text promises\n${output}`;
  }
  return undefined;
}

/** What is printed, without the quotes, line breaks and last commas in which runtimes differ. */
export const plain = (text) =>
  text
    .replaceAll('"', "'")
    .replace(/\s+/g, '')
    .replace(/,(?=[\]}])/g, '');
