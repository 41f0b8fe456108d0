// How small a map is on the arena's floors: lines of code, that is, without blank lines, comments
// and imports (what is imported is the floors').

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

function linesOf(folder: string): number {
  const dir = new URL(`../${folder}/`, import.meta.url);
  let lines = 0;
  for (const file of readdirSync(dir)) {
    const code = readFileSync(new URL(file, dir), 'utf8')
      .replaceAll(/\/\*[\s\S]*?\*\/|^ *\/\/.*$/gm, '')
      .replaceAll(/^import [^;]*;$/gm, '');
    lines += code.split('\n').filter((line) => line.trim() !== '').length;
  }
  return lines;
}

test('the kernel has less than 300 lines, and what JavaScript sees of it less than 100', () => {
  expect(linesOf('assembly')).toBeLessThan(300);
  expect(linesOf('src')).toBeLessThan(100);
});
