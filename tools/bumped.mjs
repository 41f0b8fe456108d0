// For tests: a package's kernel as another release would have it. A copy of its sources, and of the
// arena's, gets the next protocol number by `protocols.mjs --bump`, nothing else, and is compiled.

import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { compile } from './kernel.mjs';
import { change } from './protocols.mjs';

const PACKAGES = resolve(import.meta.dirname, '../packages');
const ARENA = 'shm-arena';
/** Components of the arena's package, which other kernels are linked with. */
const SHARED = ['arena', 'limbo'];

/**
 * @param {string} packageName folder of the package whose kernel it is
 * @param {string} component whose number is raised
 * @returns {Promise<Uint8Array<ArrayBuffer>>} the release build, not optimized
 */
export async function bumped(packageName, component) {
  const root = mkdtempSync(join(tmpdir(), 'bumped-'));
  try {
    const arena = join(root, 'node_modules/@x', ARENA);
    const own = packageName === ARENA ? arena : join(root, packageName);
    for (const to of new Set([arena, own])) {
      mkdirSync(to, { recursive: true });
      for (const part of ['assembly', 'protocol.json', 'package.json']) {
        cpSync(join(PACKAGES, basename(to), part), join(to, part), { recursive: true });
      }
    }
    change(SHARED.includes(component) ? arena : own, component, 'bump');
    return new Uint8Array(await compile(own, { optimize: false }));
  } finally {
    rmSync(root, { recursive: true });
  }
}
