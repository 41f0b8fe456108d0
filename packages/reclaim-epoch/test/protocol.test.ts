// What a release with other protocol numbers makes is refused by name.

import { guardsProtocols } from '../../shm-arena/test/shared/protocols.ts';
import { EpochDomain } from '../src/index.ts';

guardsProtocols({
  ...{ folder: 'reclaim-epoch', type: 'EpochDomain', own: 'EPOCH_PROTOCOL' },
  components: ['reclaim-epoch', 'limbo'],
  codecs: {},
  makes: EpochDomain,
});
