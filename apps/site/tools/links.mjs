// Every link of the built site leads somewhere: files, and anchors in them. Other hosts are not
// asked, and nothing is loaded from them.

import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

const LINK = /<(a|link|img|script)\b[^>]*?\s(?:href|src)="([^"]*)"/g;
const ID = /\sid="([^"]*)"/g;

/** What is broken, a line each, and how many links were looked at. */
export function checkLinks(folder) {
  const pages = globSync('**/*.html', { cwd: folder }).map((path) => path.replaceAll('\\', '/'));
  const texts = new Map(pages.map((page) => [page, readFileSync(join(folder, page), 'utf8')]));
  const ids = new Map();
  const idsOf = (page) => {
    if (!ids.has(page))
      ids.set(page, new Set([...texts.get(page).matchAll(ID)].map(([, id]) => id)));
    return ids.get(page);
  };
  const broken = [];
  let links = 0;
  for (const [page, text] of texts) {
    for (const [, tag, href] of text.matchAll(LINK)) {
      const target = href.replaceAll('&amp;', '&');
      if (tag !== 'a' && /^(https?:|\/\/)/i.test(target)) {
        broken.push(`${page}: ${target} (loaded from another host)`);
      }
      if (/^([a-z]+:|\/\/)/i.test(target) || target === '') continue;
      links++;
      const [path, anchor] = target.split('#').map(decodeURIComponent);
      const base = path.startsWith('/') ? path.slice(1) : posix.join(posix.dirname(page), path);
      const file = path === '' ? page : /(^|\/)$/.test(base) ? `${base}index.html` : base;
      if (!texts.has(file) && !existsSync(join(folder, file))) broken.push(`${page}: ${target}`);
      else if (anchor && texts.has(file) && !idsOf(file).has(anchor)) {
        broken.push(`${page}: ${target} (no such anchor)`);
      }
    }
  }
  return { pages: pages.length, links, broken };
}
