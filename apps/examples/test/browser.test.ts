import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run, SRC } from './run.ts';

test.each([
  ['writing', /^[1-9]\d* records, recovered 1 thread; verify: clean\n$/],
  ['at once', /^0 records, the worker was not attached: nothing to recover\n$/],
  ['before ready', /^0 records, the worker ended between `attach` and `ready`: nothing can tell/],
])(
  'the page reads what its worker writes, and goes on when it is killed: %s',
  async (moment, says) => {
    const { code, stdout, stderr } = await run('../test/browser-shim.mjs', moment);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(says);
  },
);

const server = spawn(process.execPath, [join(SRC, 'browser/serve.ts'), '0']);
let base = '';

beforeAll(async () => {
  const [line] = await once(server.stdout, 'data');
  base = String(line).trim();
});
afterAll(() => {
  server.kill();
});

test('every module that page and worker need is served, with both headers', async () => {
  const todo = ['/', '/page.js', '/worker.js'];
  const seen = new Set<string>();
  for (let path = todo.pop(); path !== undefined; path = todo.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const response = await fetch(new URL(path, base));
    expect([path, response.status]).toEqual([path, 200]);
    expect(response.headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(response.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
    if (path === '/') continue;
    expect(response.headers.get('content-type')).toContain('text/javascript');
    for (const [, , name] of (await response.text()).matchAll(
      /\b(from|import) ?["']([^"'\n]+)["']/g,
    )) {
      expect(name).toMatch(/^[./]/);
      todo.push(new URL(name, new URL(path, base)).pathname);
    }
  }
  expect([...seen]).toContain('/@x/skiplist/index.js');
});

test('nothing but the example is served', async () => {
  for (const path of [
    '/serve.ts',
    '/@x/skiplist/../package.json',
    '/@x/skiplist/..%2fpackage.json',
  ]) {
    expect((await fetch(new URL(path, base))).status).toBe(404);
  }
});
