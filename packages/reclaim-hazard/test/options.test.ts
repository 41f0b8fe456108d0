// Options of a domain: a member that nobody knows is refused.

import { Arena } from '@x/shm-arena';
import { afterEach, beforeEach } from 'vitest';
import { named, takersOfOptions } from '../../shm-arena/test/shared/options.ts';
import { HazardDomain } from '../src/index.ts';

let arena: Arena;
beforeEach(() => {
  arena = Arena.create({ bytes: 2 ** 24 });
});
afterEach(() => arena.detach());

const names = 'name scheme hazards';
takersOfOptions([
  { what: 'create', names, call: (options) => HazardDomain.create(arena, options) },
  {
    what: 'openOrCreate',
    names,
    call: (options) => HazardDomain.openOrCreate(arena, named(options, 'd')),
  },
  {
    what: 'lease',
    names: 'shared',
    call: (options) => {
      const domain = HazardDomain.create(arena);
      try {
        return domain.lease(domain.atomic(), options);
      } finally {
        domain.destroy();
      }
    },
  },
]);
