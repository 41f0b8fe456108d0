// What the suite of reclaimers asks Node for, in a browser: it has the contract that it looks into,
// and no threads of Node's kind.

import { NotHere } from './run.ts';

declare const CONTRACT: string;

export const readFileSync = (): string => CONTRACT;

export class Worker {
  constructor() {
    throw new NotHere("the suite's threads are those of Node");
  }
}

/** Nothing collects garbage on demand. */
export function leftOf(): never {
  throw new NotHere('nothing collects garbage on demand');
}

export class Job {}
export const seed = 20_261_120;
export const replay = (file: string): string => `seed ${seed} of ${file}`;
