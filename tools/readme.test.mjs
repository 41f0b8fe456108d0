// Tests of tools/readme.mjs.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { programs } from './readme.mjs';

function read(text) {
  const folder = mkdtempSync(join(tmpdir(), 'readme-'));
  try {
    const path = join(folder, 'README.md');
    writeFileSync(path, text);
    return programs(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const block = (language, text) => `\`\`\`${language}\n${text}\`\`\`\n`;

test('a js block that imports is a program, the text block behind it its output', () => {
  const text = `# Title\n\n${block('js', "import 'a';\nrun();\n")}\n${block('text', 'done\n')}`;
  assert.deepEqual(read(text), [{ line: 4, code: "import 'a';\nrun();\n", output: 'done\n' }]);
});

test('a js block that requires is a program, its output unknown when prose comes between', () => {
  const code = "const a = require('a');\n";
  const text = `${block('js', code)}\nprints\n\n${block('text', 'done\n')}`;
  assert.deepEqual(read(text), [{ line: 2, code, output: undefined }]);
});

test('fragments and other languages are not run', () => {
  const text = block('js', 'list.get(1);\n') + block('ts', "import 'a';\n") + block('sh', 'ls\n');
  assert.deepEqual(read(text), []);
});
