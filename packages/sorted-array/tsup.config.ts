import { library } from '../../tools/tsup-library.mjs';

export default library(['src/index.ts']);
