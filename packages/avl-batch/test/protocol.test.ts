// What a release with other protocol numbers makes is refused by name.
import { json, utf8 } from '@x/shm-arena/codec';
import { guardsProtocols } from '../../shm-arena/test/shared/protocols.ts';
import { AvlBatch } from '../src/index.ts';

guardsProtocols({
  ...{ folder: 'avl-batch', type: 'AvlBatch', own: 'AVL_PROTOCOL' },
  components: ['avl-batch'],
  codecs: { key: utf8, value: json },
  makes: AvlBatch,
});
