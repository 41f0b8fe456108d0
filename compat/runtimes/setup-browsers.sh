#!/usr/bin/env bash
# Installs the browsers that browsers.mjs drives, where it may: on Debian, as root. 726 MB on disk.
set -euo pipefail
without() {
  echo "chromium and firefox-esr are not installed, and cannot be here: $1. SKIP_BROWSERS=1 does without them" >&2
  exit 1
}
if command -v chromium >/dev/null && command -v firefox-esr >/dev/null; then
  echo 'chromium and firefox-esr are installed'
  exit
fi
[ "$(id -u)" = 0 ] || without 'this is not root'
command -v apt-get >/dev/null || without 'there is no apt-get'
export DEBIAN_FRONTEND=noninteractive
quick=(-qq -o Acquire::Retries=1 -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20)
apt-get "${quick[@]}" -o APT::Update::Error-Mode=any update || without 'apt-get update fails'
apt-get "${quick[@]}" install -y --no-install-recommends chromium firefox-esr ||
  without 'apt-get install fails'
