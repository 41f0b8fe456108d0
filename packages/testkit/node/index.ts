// Contracts under vitest and Node, and what tests share that needs either.

export { contracts } from './contracts.ts';
export { collectAll, collected, collectGarbage, garbage, leftOf } from './dropped.ts';
export { runContract, runExamples, runPrograms } from './examples.ts';
export { freeContract } from './free.ts';
export { guardsProtocols } from './protocols.ts';
export { replay, seed } from './seed.ts';
export { shows } from './shown.ts';
export { Job, nodeThreads } from './threads.ts';
export { unhandled } from './unhandled.ts';
