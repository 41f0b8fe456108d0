// Finds the programs in a Markdown file, so that tests can run what the text promises.
//
// A `js` block that imports or requires something is a whole program; a `text` block right behind
// it is what the program prints. Other blocks are fragments, and are not run.

import { readFileSync } from 'node:fs';

const BLOCK = /^```(\w*)\n([\s\S]*?)^```$/gm;

/**
 * @param {string} path a Markdown file
 * @returns {{ line: number, code: string, output: string | undefined }[]}
 */
export function programs(path) {
  const text = readFileSync(path, 'utf8');
  const blocks = [...text.matchAll(BLOCK)];
  return blocks.flatMap(([whole, language, code], i) => {
    if (language !== 'js' || !/^import |\brequire\(/m.test(code)) return [];
    const start = blocks[i].index;
    const next = blocks[i + 1];
    const adjacent =
      next?.[1] === 'text' && /^\s*$/.test(text.slice(start + whole.length, next.index));
    const line = text.slice(0, start).split('\n').length + 1;
    return [{ line, code, output: adjacent ? next[2] : undefined }];
  });
}
