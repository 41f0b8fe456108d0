import { structure } from '../../tools/tsup-library.mjs';

export default structure(['src/index.ts', 'src/cache.ts']);
