// What the suite of reclaimers takes of the kit, in a browser.

export { Job } from '../../../packages/testkit/node/threads.ts';
export * from '../../../packages/testkit/src/index.ts';
export { leftOf, replay, seed } from './browser-node.ts';
