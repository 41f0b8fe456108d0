// Options of a domain: a member that nobody knows is refused.

import { Arena } from '@x/shm-arena';
import { afterEach, beforeEach } from 'vitest';
import { named, takersOfOptions } from '../../shm-arena/test/shared/options.ts';
import { EpochDomain } from '../src/index.ts';

let arena: Arena;
beforeEach(() => {
  arena = Arena.create({ bytes: 2 ** 24 });
});
afterEach(() => arena.detach());

takersOfOptions([
  { what: 'create', names: 'name scheme', call: (options) => EpochDomain.create(arena, options) },
  {
    what: 'openOrCreate',
    names: 'name scheme',
    call: (options) => EpochDomain.openOrCreate(arena, named(options, 'd')),
  },
]);
