// The browsers that Debian has, as puppeteer launches them; `pnpm setup:browsers` installs them.

const QUIET = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

export const BROWSERS = {
  Chromium: { executablePath: '/usr/bin/chromium', args: QUIET },
  Firefox: {
    browser: 'firefox',
    executablePath: '/usr/bin/firefox-esr',
    extraPrefsFirefox: { 'app.update.enabled': false },
  },
};
