// Serves the built site on loopback, with the headers that shared memory needs.
//
//   node tools/serve.mjs [--port 4173]

import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const SITE = resolve(import.meta.dirname, '../.vitepress/dist');
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
};
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** The file that a path names, or undefined. */
function fileOf(path) {
  const file = join(SITE, normalize(decodeURIComponent(path)));
  if (!file.startsWith(SITE)) return undefined;
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat?.isFile()) return file;
  const index = join(file, 'index.html');
  return statSync(index, { throwIfNoEntry: false }) === undefined ? undefined : index;
}

/** A server that listens; port 0 takes a free one. */
export function serve(port) {
  const server = createServer(({ url }, response) => {
    const file = fileOf(new URL(url, 'http://localhost').pathname);
    const type = TYPES[extname(file ?? '.html')] ?? 'application/octet-stream';
    response.writeHead(file === undefined ? 404 : 200, { 'Content-Type': type, ...ISOLATION });
    createReadStream(file ?? join(SITE, '404.html')).pipe(response);
  });
  return new Promise((done) => server.listen(port, '127.0.0.1', () => done(server)));
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '4173' } } });
  const server = await serve(Number(values.port));
  console.log(`http://localhost:${server.address().port}`);
}
