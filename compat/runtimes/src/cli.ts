// The program that Node, Deno and Bun run: the contracts of one package, with one kind of threads.
// Prints a line of JSON for each. The bundler sets @contracts and @threads. An argument `threads`
// leaves out what one thread does alone.

import { alone, dropped, threads } from '@contracts';
import { garbage, spawn } from '@threads';
import { runAll } from './run.ts';

const many = threads(spawn);
const one = [...alone, ...(garbage === undefined ? [] : dropped(garbage))];
const all = process.argv[2] === 'threads' ? many : [...one, ...many];
await runAll(all, (outcome) => console.log(JSON.stringify(outcome)));
process.exit(0);
