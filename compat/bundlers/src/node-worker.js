import { workerData } from 'node:worker_threads';
import { work } from './work.js';

work(workerData);
