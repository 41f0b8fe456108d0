#!/usr/bin/env bash
# Installs the browsers that browsers.mjs drives, where it may: on Debian, as root. 726 MB on disk.
set -euo pipefail
if command -v chromium >/dev/null && command -v firefox-esr >/dev/null; then
  echo 'chromium and firefox-esr are installed'
elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium firefox-esr
else
  echo 'cannot install them here: apt-get install chromium firefox-esr, as root on Debian' >&2
  exit 1
fi
