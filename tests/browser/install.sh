#!/bin/sh
# A Chromium and Japanese glyphs for the browser tests; says what is missing when it cannot install them.
set -eu
find_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
if find_browser >/dev/null; then exit 0; fi
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk >/dev/null
  exit 0
fi
echo "The browser tests need Chromium. Install it, for example: sudo apt install chromium fonts-noto-cjk" >&2
exit 1
