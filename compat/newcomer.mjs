// A newcomer's path: an empty folder, two tarballs installed, the README's example pasted and run;
// in Node, Deno, Bun, and a page that Vite serves. Prints the seconds of each; fails when an
// example does not print what the README promises.
//
//   pnpm test:newcomer
//
// Tarballs, runtimes and Vite are at hand: what a registry takes to send them is not in it.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { format } from 'node:util';
import { pack } from '../tools/pack.mjs';
import { plain, problemOf } from '../tools/project.mjs';
import { programs } from '../tools/readme.mjs';
import { viteServer } from './bundlers/tools.mjs';
import { withBrowser } from './runtimes/browser.mjs';

const ROOT = resolve(import.meta.dirname, '..');
const runtime = (...path) => join(import.meta.dirname, 'runtimes/node_modules', ...path);
/** For a page to print what it should. */
const PAGE_MS = 30_000;

const [threads, single] = programs(join(ROOT, 'packages/skiplist/README.md'));
const NPM = ['npm', 'install', '--offline', '--no-audit', '--no-fund'];
const bun = runtime('bun/bin/bun.exe');
const WAYS = [
  { name: 'Node', install: NPM, command: [process.execPath] },
  { name: 'Deno', install: NPM, command: [runtime('deno/deno'), 'run', '-A'] },
  { name: 'Bun', install: [bun, 'add'], command: [bun] },
  { name: 'Vite', install: NPM },
];

/** Runs the example in a page; what is wrong with it, or undefined. */
async function problemInPage(project) {
  mkdirSync(join(project, 'src'));
  writeFileSync(join(project, 'src/page.js'), single.code);
  const { origin, close } = await viteServer('vite8')(project);
  try {
    return await withBrowser('Chromium', async (browser) => {
      const page = await browser.newPage();
      await page.evaluateOnNewDocument(() => {
        globalThis.said = [];
        console.log = (...args) => globalThis.said.push(args);
      });
      await page.goto(`${origin}/index.html`);
      const wanted = plain(single.output);
      let text = '';
      for (const end = Date.now() + PAGE_MS; Date.now() < end && plain(text) !== wanted; ) {
        await new Promise((next) => setTimeout(next, 20));
        const said = await page.evaluate('said');
        text = said.map((args) => format(...args)).join('\n');
      }
      return plain(text) === wanted ? undefined : `prints ${text}`;
    });
  } finally {
    await close();
  }
}

async function problemsOf({ install: [program, ...args], command }, project, tarballs) {
  writeFileSync(join(project, 'package.json'), '{ "private": true }\n');
  execFileSync(program, [...args, ...tarballs], { cwd: project, stdio: 'pipe' });
  if (command === undefined) return problemInPage(project);
  writeFileSync(join(project, 'example.mjs'), threads.code);
  return problemOf(command, project, { name: 'example.mjs', output: threads.output });
}

const folder = mkdtempSync(join(tmpdir(), 'newcomer-'));
try {
  const packages = ['shm-arena', 'skiplist'].map((name) => join(ROOT, 'packages', name));
  const tarballs = packages.map((dir) => join(folder, pack(dir, folder)));
  let failed = 0;
  for (const way of WAYS) {
    const begin = performance.now();
    const project = join(folder, way.name);
    mkdirSync(project);
    const problem = await problemsOf(way, project, tarballs);
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    console.log(`${problem === undefined ? 'ok  ' : 'FAIL'} ${way.name}: ${seconds} s`);
    if (problem === undefined) continue;
    console.error(problem);
    failed++;
  }
  console.log(`${WAYS.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
