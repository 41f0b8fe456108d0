import { writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { structure } from '../../tools/tsup-library.mjs';

const library = structure(['src/index.ts', 'src/builder.ts', 'src/inline.ts']);

/** The builder's thread and all that it imports, as one script of any kind: what inline.ts has. */
async function writeBuilder(): Promise<void> {
  const { outputFiles } = await build({
    ...{ entryPoints: ['dist/builder.js'], bundle: true, format: 'iife', platform: 'neutral' },
    ...{ target: 'es2022', minify: true, write: false },
  });
  const [file] = outputFiles;
  await writeFile('dist/builder-text.js', `export default ${JSON.stringify(file?.text)};\n`);
}

const kernel = library.onSuccess as () => Promise<void>;
library.esbuildOptions = ((outer) => (options, context) => {
  outer?.(options, context);
  options.external = [...(options.external ?? []), './builder-text.js'];
})(library.esbuildOptions);
library.onSuccess = async () => {
  await kernel();
  await writeBuilder();
};

export default library;
