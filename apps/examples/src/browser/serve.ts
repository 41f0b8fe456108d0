// Serves the browser example on this machine, with the two headers that shared memory needs.
//
//   node src/browser/serve.ts [port]
//
// Workers know no import maps, so imports of packages are rewritten to paths on their way out.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

/** Where a path of the site lies: `/@x/NAME/FILE` in a package's build, else beside this file. */
function locate(path: string): string | undefined {
  const own = ['/', '/index.html', '/page.js', '/worker.js'];
  if (own.includes(path)) return join(import.meta.dirname, path === '/' ? 'index.html' : path);
  const [, name, file] = /^\/@x\/([\w-]+)\/([\w-]+\.js)$/.exec(path) ?? [];
  if (name === undefined) return undefined;
  const main = fileURLToPath(import.meta.resolve(`@x/${name}`));
  return join(dirname(main), file);
}

/** `from "@x/name/part"` becomes `from "/@x/name/part.js"`, and without a part its index. */
function rewriteImports(code: string): string {
  return code.replace(/\b(from|import) ?(["'])(@x\/[\w-]+)(\/[\w-]+)?\2/g, (...found) => {
    const [, keyword, quote, name, part = '/index'] = found;
    return `${keyword} ${quote}/${name}${part}.js${quote}`;
  });
}

const server = createServer(async (request, response) => {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname;
  try {
    const file = locate(path);
    if (file === undefined) throw new Error('not part of the example');
    const text = await readFile(file, 'utf8');
    response.writeHead(200, { ...HEADERS, 'Content-Type': TYPES[extname(file)] });
    response.end(extname(file) === '.js' ? rewriteImports(text) : text);
  } catch {
    response.writeHead(404, HEADERS).end('not found');
  }
});

server.listen(Number(process.argv[2] ?? 8080), '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') console.log(`http://127.0.0.1:${address?.port}/`);
});
