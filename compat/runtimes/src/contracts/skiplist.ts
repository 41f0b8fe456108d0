import { subject, walked } from '../../../../packages/skiplist/test/subject.ts';
import { ordered } from '../ordered.ts';

export const { alone, threads, dropped } = ordered(subject, walked);
