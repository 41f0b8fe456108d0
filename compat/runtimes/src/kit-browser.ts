// What the suite of reclaimers takes of the kit, in a browser.

export * from '../../../packages/testkit/src/index.ts';
export { Job, leftOf, replay, seed } from './browser-node.ts';
