import { work } from './work.js';

addEventListener('message', ({ data }) => {
  work(data);
  postMessage('done');
});
