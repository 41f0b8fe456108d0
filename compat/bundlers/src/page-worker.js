import { work } from './work.js';

onmessage = ({ data }) => {
  work(data);
  postMessage('done');
};
