// A worker of the program's own that builds: every bundler that knows workers makes a file of it.

import '@x/avl-batch/builder';
