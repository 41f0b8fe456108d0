// Contracts where there is neither a test runner nor what Node adds to the web: bundled as for a
// page, in a thread that has lost Node's globals.

import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type Contract, unmet } from '@x/testkit';
import type { Rolldown } from 'vite';
import { Job } from './threads.ts';

const NODE = ['process', 'Buffer', 'global', 'setImmediate', 'clearImmediate', 'require'];

/** What the page runs: every contract of maps and of ordered maps over `subject`. */
const program = (subject: string) => `
  import { check, mapContract, orderedContract } from '@x/testkit';
  import { subject } from ${JSON.stringify(subject)};
  const host = { seed: 1, replay: (seed) => 'the page, with seed ' + seed };
  export async function run() {
    const failures = [];
    const all = [...mapContract(subject), ...orderedContract(subject)];
    for (const each of all) {
      await check(each, host).catch((error) => failures.push(each.name + ': ' + error.message));
    }
    return { ran: all.length, failures };
  }
`;

/** What the thread does with the bundle. */
const thread = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { bundle, names } = workerData;
  for (const name of names) delete globalThis[name];
  import('data:text/javascript,' + encodeURIComponent(bundle))
    .then(({ run }) => run())
    .then((said) => parentPort.postMessage(said));
`;

/** That the file `subject` of a package's tests keeps all contracts where a page runs them. */
export function freeContract(subject: URL): Contract {
  return {
    name: 'they hold where there is neither a test runner nor Node',
    async run() {
      const folder = new URL('../build/', subject);
      mkdirSync(folder, { recursive: true });
      const entry = fileURLToPath(new URL('free.js', folder));
      writeFileSync(entry, program(fileURLToPath(subject)));
      const bundle = await bundled(entry);
      const found = /\b(?:from|import|require)\s*\(?["'](node:[\w/]+|vitest)["']/.exec(bundle);
      if (found !== null) unmet('the bundle', 'no import of Node or vitest', String(found[1]));
      const workerData = { bundle, names: NODE };
      const worker = new Worker(thread, { eval: true, workerData });
      const { ran, failures } = (await new Job(worker).message) as Said;
      if (failures.length > 0) unmet(`${ran} contracts`, 'no failure', failures.join('\n'));
      if (ran < 50) unmet('contracts', 'at least 50', String(ran));
    },
  };
}

interface Said {
  readonly ran: number;
  readonly failures: readonly string[];
}

async function bundled(entry: string): Promise<string> {
  const { build } = await import('vite');
  const { wasm } = await import('../../../tools/vite-wasm.mjs');
  const built = (await build({
    ...{ configFile: false, logLevel: 'silent', plugins: [wasm()] },
    build: { write: false, minify: false, lib: { entry, formats: ['es'], fileName: 'free' } },
  })) as Rolldown.RolldownOutput[];
  const [chunk] = built[0]?.output ?? [];
  return chunk?.code ?? '';
}
