// What the registry's page of a package shows: the links of its README, which must lead into the
// repository from anywhere, and how it is installed. The repository's address stands in the root's
// package.json alone (`repository`); whoever changes it runs this with --write.
//
//   node tools/registry.mjs [--write]

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { published } from './project.mjs';

const ROOT = resolve(import.meta.dirname, '..');
const LINK = /\]\(([^)\s]+)\)/g;

const read = (path) => readFileSync(path, 'utf8');

/** Where the files of the main branch are read. */
export function filesAt() {
  const { repository } = JSON.parse(read(join(ROOT, 'package.json')));
  return `${repository.url.replace(/^git\+|\.git$/g, '')}/blob/main/`;
}

/** A README with the links into the repository as they have to be. */
export function linked(text, dir, base) {
  return text.replace(LINK, (whole, target) => {
    if (target.startsWith('#')) return whole;
    const [, own] = /^https:\/\/[^/]+\/[^/]+\/[^/]+\/blob\/main\/(.+)$/.exec(target) ?? [];
    if (own === undefined && /^\w+:/.test(target)) return whole;
    const path = own ?? relative(ROOT, resolve(dir, target)).replaceAll('\\', '/');
    return `](${base}${path})`;
  });
}

/** What is wrong with the README of the package in `dir`. */
export function problems(text, dir, base) {
  const found = [];
  if (linked(text, dir, base) !== text) found.push('links are not absolute, or of another place');
  for (const [, target] of text.matchAll(LINK)) {
    const path = target.startsWith(base) ? target.slice(base.length).split('#')[0] : '';
    if (!existsSync(join(ROOT, path))) found.push(`${target} is not there`);
  }
  const { name, peerDependencies = {} } = JSON.parse(read(join(dir, 'package.json')));
  const peers = Object.keys(peerDependencies).filter((peer) => peer.startsWith('@x/'));
  const install = `npm install ${[name, ...peers].join(' ')}`;
  if (!text.includes(install)) found.push(`does not say \`${install}\``);
  return found;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const dir of published()) {
    const path = join(dir, 'README.md');
    const base = filesAt();
    if (process.argv.includes('--write')) writeFileSync(path, linked(read(path), dir, base));
    for (const problem of problems(read(path), dir, base)) {
      console.error(`${relative(ROOT, path)}: ${problem}`);
      process.exitCode = 1;
    }
  }
}
