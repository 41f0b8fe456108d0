// What all ordered maps keep, over sorted arrays.

import { json, utf8 } from '@x/shm-arena/codec';
import {
  droppedContract,
  mapContract,
  orderedContract,
  threadContract,
  wrongContract,
} from '@x/testkit';
import { contracts, garbage, guardsProtocols, nodeThreads } from '@x/testkit/node';
import { SortedArray } from '../src/index.ts';
import { subject, walked } from './subject.ts';

const spawn = nodeThreads(new URL('./workers/jobs.mjs', import.meta.url));

contracts('maps', mapContract(subject));
contracts('ordered maps', orderedContract(subject));
contracts('threads and their deaths', threadContract(subject, spawn));
contracts('wrong arguments', wrongContract(walked));
contracts('what is dropped', droppedContract(subject, garbage));
contracts(
  'protocol numbers',
  guardsProtocols('sorted-array', {
    ...{ type: 'SortedArray', own: 'ARRAY_PROTOCOL', components: ['sorted-array'] },
    ...{ codecs: { key: utf8, value: json }, makes: SortedArray },
  }),
);
