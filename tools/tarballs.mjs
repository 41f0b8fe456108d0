// Checks what will be published: packs each package and lets publint and arethetypeswrong judge the
// tarball, not the sources.
//
//   node tools/tarballs.mjs    after a build, with pnpm on the PATH (`pnpm exec`); needs no network

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const WINDOWS = process.platform === 'win32';
/** The sources of the kernels are for the AssemblyScript compiler, which attw does not know. */
const ATTW = ['--profile', 'esm-only', '--no-definitely-typed', '--format', 'ascii', '--no-emoji'];

/** Runs a command; returns its exit code and what it printed. */
function run(command, args, cwd) {
  const result = spawnSync(command, args, { cwd, encoding: 'utf8', shell: WINDOWS });
  if (result.error) throw result.error;
  return { ok: result.status === 0, text: `${result.stdout}${result.stderr}` };
}

/** The folders of the packages that are not private. */
function published() {
  return readdirSync(join(ROOT, 'packages')).filter((name) => {
    const file = join(ROOT, 'packages', name, 'package.json');
    return JSON.parse(readFileSync(file, 'utf8')).private !== true;
  });
}

/** Packs a package as a release would; returns the tarball's path. */
function pack(dir, folder) {
  mkdirSync(folder);
  const { ok, text } = run('pnpm', ['pack', '--pack-destination', folder], dir);
  if (!ok) throw new Error(`${dir} cannot be packed\n${text}`);
  return join(folder, readdirSync(folder)[0]);
}

/** The checks of one tarball: each a name and what came of it. */
function judge(tarball) {
  const list = run('tar', ['-xzOf', tarball, 'package/package.json'], ROOT);
  const { dependencies = {}, peerDependencies = {} } = JSON.parse(list.text);
  const ranges = Object.entries({ ...dependencies, ...peerDependencies });
  const local = ranges.filter(([, range]) => /^(workspace|link|file|catalog):/.test(range));
  return [
    ['publint', run('publint', ['run', tarball, '--strict'], ROOT)],
    ['arethetypeswrong', run('attw', [tarball, ...ATTW], ROOT)],
    ['no workspace range', { ok: local.length === 0, text: JSON.stringify(local) }],
  ];
}

const counts = { passed: 0, failed: 0 };
const folder = mkdtempSync(join(tmpdir(), 'tarballs-'));
try {
  for (const name of published()) {
    for (const [check, { ok, text }] of judge(
      pack(join(ROOT, 'packages', name), join(folder, name)),
    )) {
      console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}: ${check}`);
      if (!ok) console.log(text);
      counts[ok ? 'passed' : 'failed'] += 1;
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 ? 0 : 1;
