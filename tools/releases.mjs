// What releases do to those who have the packages: makes some with changesets in a copy of the
// manifests, puts them on a registry on this machine, and installs as users do. No install may end
// in ERESOLVE, in two arenas, or in a pair that the ranges refuse.
//
//   node tools/releases.mjs [TEXT]    prints each case (those whose name has TEXT); no network

import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { published } from './project.mjs';

const ROOT = resolve(import.meta.dirname, '..');
const ARENA = '@x/shm-arena';
const CLI = join(ROOT, 'node_modules/@changesets/cli/bin.js');
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const writeJson = (path, value) => writeFileSync(path, JSON.stringify(value, null, 2));

/** The manifests at 0.1.0, as a workspace of their own, in git as changesets wants it. */
function copyOf(folder) {
  mkdirSync(join(folder, 'packages'), { recursive: true });
  for (const dir of published()) {
    const { scripts, devDependencies, kernel, ...manifest } = readJson(join(dir, 'package.json'));
    const to = join(folder, 'packages', basename(dir));
    mkdirSync(to);
    writeJson(join(to, 'package.json'), { ...manifest, version: '0.1.0' });
  }
  writeJson(join(folder, 'package.json'), { name: 'copy', private: true });
  writeFileSync(join(folder, 'pnpm-workspace.yaml'), "packages: ['packages/*']\n");
  writeFileSync(join(folder, 'pnpm-lock.yaml'), "lockfileVersion: '9.0'\n");
  mkdirSync(join(folder, '.changeset'));
  cpSync(join(ROOT, '.changeset/config.json'), join(folder, '.changeset/config.json'));
  execFileSync('git', ['init', '-q', '-b', 'main'], { cwd: folder });
}

/** The manifests of the copy, by name. */
function manifestsIn(folder) {
  const names = readdirSync(join(folder, 'packages'));
  const all = names.map((name) => readJson(join(folder, 'packages', name, 'package.json')));
  return Object.fromEntries(all.map((manifest) => [manifest.name, manifest]));
}

/** Makes a release with changesets, of structures with that range; the manifests after it. */
function release(folder, changes, range) {
  for (const name of range === undefined ? [] : readdirSync(join(folder, 'packages'))) {
    const path = join(folder, 'packages', name, 'package.json');
    const manifest = readJson(path);
    if (manifest.name !== ARENA)
      writeJson(path, { ...manifest, peerDependencies: { [ARENA]: range } });
  }
  const lines = Object.entries(changes).map(([name, kind]) => `'${name}': ${kind}\n`);
  writeFileSync(join(folder, '.changeset/one.md'), `---\n${lines.join('')}---\n\nA change.\n`);
  execFileSync(process.execPath, [CLI, 'version'], { cwd: folder, stdio: 'pipe' });
  return manifestsIn(folder);
}

/** A registry of packages that have nothing but a manifest. */
class Registry {
  #versions = new Map();
  #folder;

  constructor(folder) {
    this.#folder = folder;
    mkdirSync(folder);
  }

  publish(manifest) {
    const { name, version } = manifest;
    const versions = this.#versions.get(name) ?? new Map();
    this.#versions.set(name, versions);
    if (versions.has(version)) return;
    const stage = mkdtempSync(join(this.#folder, 'stage-'));
    mkdirSync(join(stage, 'package'));
    writeJson(join(stage, 'package/package.json'), manifest);
    const tarball = execFileSync('tar', ['-czf', '-', '-C', stage, 'package']);
    versions.set(version, { manifest, tarball });
  }

  /** The document of a package, or a tarball. */
  answer(url, origin) {
    const [name, , file] = decodeURIComponent(url.slice(1)).split(/\/(-)\//);
    const versions = this.#versions.get(name);
    if (versions === undefined) return undefined;
    if (file !== undefined) return versions.get(file.replace('.tgz', ''))?.tarball;
    const all = [...versions.values()].map(({ manifest, tarball }) => {
      const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
      const dist = { tarball: `${origin}/${name}/-/${manifest.version}.tgz`, integrity };
      return [manifest.version, { ...manifest, dist }];
    });
    const latest = all.at(-1)[0];
    return JSON.stringify({ name, 'dist-tags': { latest }, versions: Object.fromEntries(all) });
  }

  async serve() {
    const server = createServer(({ url }, response) => {
      const body = this.answer(url, `http://127.0.0.1:${server.address().port}`);
      response.writeHead(body === undefined ? 404 : 200).end(body);
    });
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
  }
}

/** An app of a user. */
class App {
  constructor(folder, origin) {
    this.folder = folder;
    mkdirSync(folder);
    writeJson(join(folder, 'package.json'), { name: 'app', private: true });
    const cache = join(folder, '.cache');
    writeFileSync(
      join(folder, '.npmrc'),
      `registry=${origin}/\ncache=${cache}\naudit=false\nfund=false\n`,
    );
  }

  npm(...args) {
    return promisify(execFile)('npm', args, { cwd: this.folder });
  }

  /** What stands in node_modules: `name@version`, each copy. */
  installed() {
    const { packages } = readJson(join(this.folder, 'node_modules/.package-lock.json'));
    return Object.entries(packages).map(([path, { version }]) => {
      return `${path.split('node_modules/').at(-1)}@${version}`;
    });
  }
}

const NAMES = published().map((dir) => readJson(join(dir, 'package.json')).name);
const OTHERS = NAMES.filter((name) => name !== ARENA);

/** What is changed; how many packages then have a new version; the arena's of `npm update`. */
const CASES = [
  { what: 'a patch of one structure', changes: { '@x/hamt': 'patch' }, moved: 1, kept: '0.1.0' },
  { what: 'a minor of one structure', changes: { '@x/hamt': 'minor' }, moved: 1, kept: '0.1.0' },
  { what: 'a patch of the arena', changes: { [ARENA]: 'patch' }, moved: 1, kept: '0.1.1' },
  { what: 'a minor of the arena', changes: { [ARENA]: 'minor' }, moved: 1, kept: '0.1.0' },
  {
    what: 'a new protocol: a major of the arena, a minor of all others, and their next range',
    changes: { [ARENA]: 'major', ...Object.fromEntries(OTHERS.map((name) => [name, 'minor'])) },
    ...{ range: '>=1.0.0 <2.0.0', moved: NAMES.length, kept: '0.1.0' },
  },
];

/** What is wrong after one kind of release. */
async function problemsOf({ changes, range, moved, kept }, folder) {
  const problems = [];
  const copy = join(folder, 'copy');
  copyOf(copy);
  const registry = new Registry(join(folder, 'registry'));
  for (const manifest of Object.values(manifestsIn(copy))) registry.publish(manifest);
  const { origin, close } = await registry.serve();
  try {
    const old = new App(join(folder, 'old'), origin);
    const ranges = NAMES.map((name) => `${name}@^0.1.0`);
    await old.npm('install', ...ranges);
    const after = Object.values(release(copy, changes, range));
    for (const manifest of after) registry.publish(manifest);
    const count = after.filter(({ version }) => version !== '0.1.0').length;
    if (count !== moved) problems.push(`${count} packages have a new version, ${moved} should`);
    await old.npm('update', '--prefer-online');
    const fresh = new App(join(folder, 'fresh'), origin);
    await fresh.npm('install', ...ranges);
    const newest = new App(join(folder, 'newest'), origin);
    await newest.npm('install', ...NAMES.map((name) => `${name}@latest`));
    const alone = new App(join(folder, 'alone'), origin);
    await alone.npm('install', ...OTHERS.map((name) => `${name}@^0.1.0`), `${ARENA}@0`);
    for (const app of [old, fresh, newest, alone]) {
      const arenas = app.installed().filter((each) => each.startsWith(`${ARENA}@`));
      if (arenas.length !== 1) problems.push(`${basename(app.folder)}: ${arenas.join(', ')}`);
      await app
        .npm('ls')
        .catch(({ stdout }) => problems.push(`${basename(app.folder)}\n${stdout}`));
    }
    for (const app of [old, fresh]) {
      if (!app.installed().includes(`${ARENA}@${kept}`)) {
        problems.push(
          `${basename(app.folder)}: no ${ARENA}@${kept}: ${app.installed().join(', ')}`,
        );
      }
    }
  } catch (error) {
    problems.push(error.stderr || String(error));
  } finally {
    close();
  }
  return problems;
}

const cases = CASES.filter(({ what }) => what.includes(process.argv[2] ?? ''));
let failed = 0;
for (const each of cases) {
  const folder = mkdtempSync(join(tmpdir(), 'releases-'));
  const problems = await problemsOf(each, folder);
  rmSync(folder, { recursive: true, force: true });
  console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${each.what}`);
  for (const problem of problems) console.log(`     ${problem}`);
  if (problems.length > 0) failed++;
}
console.log(`${cases.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
