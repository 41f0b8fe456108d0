import DefaultTheme from 'vitepress/theme';
import './style.css';
import { defineAsyncComponent, h } from 'vue';
import Count from './Count.vue';
import Example from './Example.vue';
import Ratio from './Ratio.vue';
import Threads from './Threads.vue';

export default {
  extends: DefaultTheme,
  Layout: () => h(DefaultTheme.Layout, null, { 'home-hero-image': () => h(Threads) }),
  enhanceApp({ app }) {
    app.component('Count', Count);
    app.component('Example', Example);
    // Each is loaded by its page alone.
    app.component(
      'Playground',
      defineAsyncComponent(() => import('./Playground.vue')),
    );
    app.component(
      'Trace',
      defineAsyncComponent(() => import('./Trace.vue')),
    );
    app.component('Ratio', Ratio);
  },
};
