// What a release with other protocol numbers makes is refused by name.
import { json, utf8 } from '@x/shm-arena/codec';
import { guardsProtocols } from '../../shm-arena/test/shared/protocols.ts';
import { SkipList } from '../src/index.ts';

guardsProtocols({
  ...{ folder: 'skiplist', type: 'SkipList', own: 'SKIPLIST_PROTOCOL' },
  components: ['skiplist'],
  codecs: { key: utf8, value: json },
  makes: SkipList,
});
