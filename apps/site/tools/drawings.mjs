// Draws small live structures from the words of their memory: what stands where, what a snapshot
// shares with the present, what a write has copied.
//
//   node tools/drawings.mjs FOLDER    after a build of the packages: an SVG for each
//
// Each reader follows the layout in the head of its kernel's file, and what it finds must be all
// that is in the structure.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawVersions } from './drawings/avl-batch.mjs';
import { drawHamt } from './drawings/hamt.mjs';
import { drawMasstree } from './drawings/masstree.mjs';
import { drawGuide, drawTowers } from './drawings/skiplist.mjs';

/** By package. */
export const DRAWINGS = {
  hamt: { slots: drawHamt },
  masstree: { layers: drawMasstree },
  skiplist: { towers: drawTowers, guide: drawGuide },
  'avl-batch': { versions: drawVersions },
};

if (process.argv[1] === import.meta.filename) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) throw new TypeError('usage: node tools/drawings.mjs FOLDER');
  mkdirSync(folder, { recursive: true });
  for (const [name, drawings] of Object.entries(DRAWINGS)) {
    for (const [what, draw] of Object.entries(drawings)) {
      const file = join(folder, `${name}-${what}.svg`);
      writeFileSync(file, `${draw()}\n`);
      console.log(file);
    }
  }
}
