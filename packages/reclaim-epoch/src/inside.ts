// What a domain and a guard have beside the contract: named by symbols, so that it cannot be
// reached by name.

export const UNPIN: unique symbol = Symbol('unpin');
export const MOVE_GUARD: unique symbol = Symbol('moveGuard');
export const LOAD_LINK: unique symbol = Symbol('loadLink');
export const CHECK_GUARD: unique symbol = Symbol('checkGuard');
export const FOUND: unique symbol = Symbol('found');
export const DOMAIN_OF: unique symbol = Symbol('domain');
export const SINCE: unique symbol = Symbol('since');
