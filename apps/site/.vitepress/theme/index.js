import DefaultTheme from 'vitepress/theme';
import Count from './Count.vue';
import Ratio from './Ratio.vue';
import Threads from './Threads.vue';

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('Count', Count);
    app.component('Ratio', Ratio);
    app.component('Threads', Threads);
  },
};
