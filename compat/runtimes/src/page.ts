// What a page, or a worker of it, imports to run the contracts of one package. The bundler sets
// @contracts and @threads.

import { alone, threads } from '@contracts';
import { spawn } from '@threads';
import { type Outcome, runAll } from './run.ts';

/** Runs what one thread does alone, or what several do. */
export async function run(part: 'alone' | 'threads'): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  await runAll(part === 'alone' ? alone : threads(spawn), (outcome) => outcomes.push(outcome));
  return outcomes;
}
