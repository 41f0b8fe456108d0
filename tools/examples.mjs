// Finds the examples in a contract's docstrings and turns what their comments say into checks.
//
//   list.get('a'); // 1                          the value of the expression
//   arena.free(at); // RangeError OUT_OF_RANGE   what it throws: class, and code where one is named
//   list.close(); // anything else               a remark
//
// A statement that ends in a later line, as `f([ … ]); // value`, counts as one line.

const EXAMPLE = /\/\*\*((?:(?!\*\/)[\s\S])*?@example(?:(?!\*\/)[\s\S])*?)\*\/\s*([^\n]+)/g;
const NOISE = /\b(export|readonly|static|declare|const|function|class|interface|default)\b/g;

/**
 * @param {string} source the text of a TypeScript file
 * @returns {[name: string, code: string][]} each example, with the name that it documents
 */
export function examples(source) {
  return [...source.matchAll(EXAMPLE)].map(([, comment, line]) => {
    const [, text] = comment.split('@example');
    const code = text.replace(/^\s*\* ?/gm, '').split(/^@/m)[0];
    const [name] = /[\w$[\].]+/.exec(line.replace(NOISE, '')) ?? ['?'];
    return [name, code.trim()];
  });
}

/**
 * @param {string} code an example
 * @returns {string} the same with calls of `same(found, expected)` and `throws(call, name, code)`
 */
export function checked(code) {
  const whole = code.replace(/^(.*[([{])\n([\s\S]*?)\n([\])}]+;.*)$/gm, (_, head, body, tail) => {
    return `${head}${body.replace(/\s*\n\s*/g, ' ').trim()}${tail}`;
  });
  return whole.split('\n').map(checkedLine).join('\n');
}

function checkedLine(line) {
  const [, indent, expression, comment] = /^(\s*)([^\s}].*?);\s*\/\/ (.+)$/.exec(line) ?? [];
  if (comment === undefined || /^(const|let|for|if|await using|return) /.test(expression)) {
    return line;
  }
  const [, name, thrown] = /^(\w*Error)(?: ([A-Z_]+))?$/.exec(comment) ?? [];
  if (name !== undefined) {
    const code = thrown === undefined ? 'undefined' : `'${thrown}'`;
    return `${indent}throws(() => ${expression}, '${name}', ${code});`;
  }
  const value = literal(comment);
  return value === undefined ? line : `${indent}same(${expression}, ${value});`;
}

/** The value a comment begins with, as source; undefined when it is a remark. */
function literal(comment) {
  for (const source of [comment, comment.split(': ')[0]]) {
    try {
      new Function(`'use strict'; return (${source})`)();
      return source;
    } catch {
      // Not a literal.
    }
  }
  return undefined;
}
