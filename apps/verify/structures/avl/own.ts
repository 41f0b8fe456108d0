// One's own waiting operations: what a thread finds of them by their keys.

import type { collect } from '../map/scenarios.ts';
import { BEFORE, built, FILLS, FOURTH, KILLS, MOVE, type Setting } from './programs.ts';

type Row = Parameters<ReturnType<typeof collect<Setting>>['scenario']>;

export const OWN: readonly Row[] = [
  [
    'own of one key',
    [
      [
        ['own', 0, 'b'],
        ['set', 0, 'x', 'a', 1],
        ['insert', 0, 'y', 'a', 2],
        ['own', 0, 'a'],
        ['compare', 0, 'c', 'a', 5, 1],
        ['own', 0, 'a'],
        ['delete', 0, 'z', 'a'],
        ['own', 0, 'a'],
      ],
      [
        ['ask', 'b'],
        ['build', 'b', 1],
      ],
    ],
    [['set', 0, 'p', 'b', 9]],
    { most: 16 },
    { may: ['full'] }, // Where its ring was refused to grow.
  ],
  [
    'own across rings',
    [
      [
        ['set', 0, 'x', 'a', 4],
        ['own', 0, 'b'],
        ['own', 0, 'c'],
        ['insert', 0, 'y', 'c', 5],
        ['own', 0, 'c'],
      ],
      [['build', 'b', 2]],
    ],
    [['own', 0, 'a'], ...FOURTH],
    { most: 16 },
    { may: [...FILLS.may, 'full'] },
  ],
  [
    'own of the dead',
    [
      [
        ['own', 0, 'a'],
        ['set', 0, 'x', 'a', 1],
        ['insert', 0, 'y', 'b', 2],
      ],
      [['build', 'b', 1]],
    ],
    [],
    { most: 16 },
    {
      observe: [
        ['heir'],
        ['own', 0, 'a'],
        ['own', 0, 'b'],
        ['insert', 0, 'h', 'b', 4],
        ['own', 0, 'b'],
        ['own', 0, 'a'],
        ['build', 'e', 5],
        ['get', 'b'],
      ],
      ...KILLS,
    },
  ],
  // While the tree is moved; whoever dies, the heir of its slot finds what waits.
  [
    'own, stretches',
    [
      [
        ['own', 0, 'b'],
        ['set', 0, 'x', 'a', 1],
        ['delete', 0, 'y', 'b'],
        ['own', 0, 'a'],
        ['own', 0, 'b'],
      ],
      [MOVE, ...built('c', MOVE)],
    ],
    [...BEFORE, MOVE],
    { most: 16 },
    {
      observe: [
        ['heir'],
        ['own', 0, 'a'],
        ['own', 0, 'b'],
        MOVE,
        ['insert', 0, 'h', 'b', 4],
        ['own', 0, 'b'],
        ...built('e', ['own', 0, 'a']),
        ['scan', false],
      ],
      ...KILLS,
    },
  ],
  [
    'own across rings, stretches',
    [
      [
        ['set', 0, 'x', 'a', 8],
        ['own', 0, 'b'],
        ['insert', 0, 'y', 'd', 9],
        ['own', 0, 'd'],
      ],
      [MOVE, ['build', 'b', 2], MOVE],
    ],
    [
      ['own', 0, 'a'],
      ...built('p', ...FOURTH, ['set', 0, 'p4', 'd', 4]),
      MOVE,
      ['set', 0, 'p5', 'b', 5],
      ['set', 0, 'p6', 'c', 6],
      ['delete', 0, 'p7', 'd'],
    ],
    { most: 16 },
    {
      may: [...FILLS.may, 'full'],
      observe: [
        ['heir'],
        ['own', 0, 'a'],
        ['own', 0, 'b'],
        ['own', 0, 'c'],
        ['own', 0, 'd'],
        ['set', 0, 'h', 'c', 10],
        ['own', 0, 'c'],
        MOVE,
        ...built('e', ['own', 0, 'b']),
        ['scan', false],
      ],
      ...KILLS,
    },
  ],
];
