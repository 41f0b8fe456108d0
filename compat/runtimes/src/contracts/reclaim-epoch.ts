import { subjects } from '../../../../packages/reclaim-epoch/test/subjects.ts';
import { conformance } from '../../../../packages/shm-arena/test/reclaim/conformance.ts';
import { collect } from '../vitest.ts';

// The suite has threads of its own, all along.
export const alone = [];

export const threads = () => collect(() => subjects.forEach(conformance));

export const dropped = () => [];
