// What is published of a package.json: nothing that serves this repository alone, and where the
// repository is, which the root's package.json alone says.

const { relative } = require('node:path');
const { author, bugs, homepage, repository } = require('./package.json');

module.exports = {
  hooks: {
    beforePacking({ scripts, devDependencies, kernel, ...manifest }, dir) {
      const directory = relative(__dirname, dir).replaceAll('\\', '/');
      return { ...manifest, author, homepage, bugs, repository: { ...repository, directory } };
    },
  },
};
