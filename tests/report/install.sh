#!/bin/sh
# Pango, which WeasyPrint opens to make PDFs, and Japanese letters; says what is missing when it cannot install them.
set -eu
PACKAGES="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk fontconfig"
found() { ldconfig -p 2>/dev/null | grep -q "$1"; }
if found libpangoft2-1.0 && found libharfbuzz-subset && [ -n "$(fc-list :lang=ja 2>/dev/null)" ]; then exit 0; fi
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $PACKAGES >/dev/null
  exit 0
fi
echo "PDF reports need Pango and Japanese fonts. Install them, for example: sudo apt install $PACKAGES" >&2
exit 1
