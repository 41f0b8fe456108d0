// Packs a package as a release would: pnpm, which must be on the PATH (`pnpm exec`), replaces
// `workspace:` by versions.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {string} packageDir a built package
 * @param {string} destination the folder for the tarball
 * @returns {string} the tarball's name
 */
export function pack(packageDir, destination) {
  run('pnpm', ['pack', '--pack-destination', destination], packageDir);
  const { name, version } = readJson(join(packageDir, 'package.json'));
  const file = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
  if (!existsSync(join(destination, file))) throw new Error(`${name}: ${file} was not packed`);
  return file;
}

/**
 * Runs a command that must succeed, without the network.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd
 */
export function run(command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, npm_config_offline: 'true' },
    shell: process.platform === 'win32', // npm and pnpm are scripts there.
  });
  if (error) throw error;
  if (status === 0) return;
  throw new Error(`${command} ${args.join(' ')}: exit code ${status}\n${stdout}${stderr}`);
}

/** @param {string} path */
export function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
