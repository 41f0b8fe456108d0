// Everything of the entries that sibling packages build on. Experimental: it may change in any
// release.

export * from './domain.ts';
export * from './ordered.ts';
export * from './structure.ts';
