// What a release with other protocol numbers makes is refused by name.

import { guardsProtocols } from '../../shm-arena/test/shared/protocols.ts';
import { HazardDomain } from '../src/index.ts';

guardsProtocols({
  ...{ folder: 'reclaim-hazard', type: 'HazardDomain', own: 'HAZARD_PROTOCOL' },
  components: ['reclaim-hazard', 'limbo'],
  codecs: {},
  makes: HazardDomain,
});
