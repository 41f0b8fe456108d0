// Serves a folder on this machine, with the headers that a page is to have. Imports of packages,
// which workers have no map for, become paths on their way out.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

export const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
const TYPES = { '.html': 'text/html', '.wasm': 'application/wasm', '.json': 'application/json' };
/** `?csp=…` gives the page that policy; workers inherit none, so they are served with it too. */
const PAGE = '<!doctype html><meta charset="utf-8"><title>-</title><body></body>';

/** `from "@x/name/part"`, the dynamic form, and without a part its index. */
function rewritten(code) {
  return code.replace(
    /\b(from|import)( ?\(?)(["'])@x\/([\w-]+)(?:\/([\w-]+))?\3/g,
    (_, word, gap, quote, name, part = 'index') =>
      `${word}${gap}${quote}/node_modules/@x/${name}/dist/${part}.js${quote}`,
  );
}

/**
 * Every path may begin with `/plain`, which leaves out the headers of isolation, or with
 * `/csp/POLICY`, which adds a policy; what a module imports, it imports as well.
 *
 * @param {string} folder
 * @returns {Promise<{ origin: string, close(): void }>}
 */
export async function serve(folder) {
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const referrer = request.headers.referer;
    const of = referrer === undefined ? searchParams : new URL(referrer).searchParams;
    const headers = {
      ...((searchParams.get('plain') ?? of.get('plain')) === null && ISOLATED),
      ...(searchParams.has('csp') && { 'Content-Security-Policy': searchParams.get('csp') }),
    };
    try {
      const path = join(folder, normalize(pathname));
      const text = pathname === '/' ? PAGE : await readFile(path);
      const type = pathname === '/' ? 'text/html' : (TYPES[extname(path)] ?? 'text/javascript');
      response.writeHead(200, { ...headers, 'Content-Type': `${type}; charset=utf-8` });
      response.end(type === 'text/javascript' ? rewritten(text.toString()) : text);
    } catch {
      response.writeHead(404, headers).end('not found');
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
