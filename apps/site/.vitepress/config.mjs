import { existsSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitepress';

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const { repository } = read('../../../package.json');
const reference = new URL('../reference/typedoc-sidebar.json', import.meta.url);

/** What makes a page cross-origin isolated: shared memory needs it. */
export const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

const page = (text, link) => ({ text, link });

const GUIDE = [
  {
    text: 'Guide',
    items: [
      page('What it is', '/guide/'),
      page('Which structure when', '/guide/which'),
      page('Five minutes', '/guide/start'),
      page('Threads and pools', '/guide/threads'),
      page('Keys, values, codecs', '/guide/codecs'),
      page('Snapshots', '/guide/snapshots'),
      page('Death and recovery', '/guide/deaths'),
      page('Memory and sizing', '/guide/memory'),
      page('Coming from…', '/guide/coming-from'),
      page('A structure of your own', '/guide/own'),
    ],
  },
];

const EXAMPLES = [
  {
    text: 'Examples',
    items: [
      page('All', '/examples/'),
      page('The tour', '/examples/tour'),
      page('Autocomplete server', '/examples/autocomplete'),
      page('Cache server', '/examples/cache'),
      page('Memtable with back-pressure', '/examples/backpressure'),
      page('Bank whose tellers are shot', '/examples/crash'),
      page('abstract-level store', '/examples/level'),
      page('Keyv adapter', '/examples/keyv'),
      page('Frozen memtable into lmdb', '/examples/lmdb'),
      page('A structure of your own', '/examples/own'),
    ],
  },
];

const PACKAGES = [
  'masstree',
  'hamt',
  'skiplist',
  'avl-batch',
  'shm-arena',
  'reclaim-epoch',
  'reclaim-hazard',
];

const PROJECT = [
  {
    text: 'How it works',
    items: [
      page('Architecture', '/project/ARCHITECTURE'),
      page('Memory model', '/project/MEMORY-MODEL'),
      page('Guarantees', '/project/GUARANTEES'),
      page('What each call costs', '/project/COMPLEXITY'),
      page('What the checker has done', '/project/TESTING'),
      page('The checker, step by step', '/checker'),
      page('Benchmarks', '/project/apps/bench'),
      page('Benchmarks as pictures', '/project/charts'),
      page('Examples', '/project/apps/examples'),
      page('Glossary', '/project/GLOSSARY'),
      page('Adding a structure', '/project/NEW-STRUCTURE'),
    ],
  },
  {
    text: 'Packages',
    items: PACKAGES.map((name) => page(`@x/${name}`, `/project/packages/${name}`)),
  },
  {
    text: 'Algorithms',
    items: PACKAGES.map((name) => page(name, `/project/kernels/${name}`)),
  },
];

export default defineConfig({
  title: 'Shared-memory collections',
  description: 'Concurrent maps and trees in shared memory, for JavaScript threads.',
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: '/icon.svg' }]],
  cleanUrls: false,
  srcExclude: ['README.md'],
  vite: {
    server: { headers: ISOLATION },
    preview: { headers: ISOLATION },
    worker: { format: 'es' },
  },
  themeConfig: {
    siteTitle: 'shm-collections',
    nav: [
      page('Guide', '/guide/'),
      page('Examples', '/examples/'),
      page('Playground', '/playground'),
      page('Reference', '/reference/'),
      page('How it works', '/project/ARCHITECTURE'),
      page('Benchmarks', '/project/apps/bench'),
    ],
    sidebar: {
      '/guide/': GUIDE,
      '/examples/': EXAMPLES,
      '/project/': PROJECT,
      '/checker': PROJECT,
      '/reference/': existsSync(reference) ? [{ text: 'Reference', items: read(reference) }] : [],
    },
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: repository.url.replace(/^git\+|\.git$/g, '') }],
    outline: [2, 3],
  },
});
