#!/bin/sh
# A PostgreSQL server for the tests of the records; without it they are skipped.
set -eu
if command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then exit 0; fi
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null
  exit 0
fi
echo "The tests on PostgreSQL are skipped. To run them, for example: sudo apt install postgresql" >&2
