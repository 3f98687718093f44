#!/bin/sh
# The browser tests drive Debian's Chromium; install it where that can be done without asking.
set -eu
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "installing Chromium for the browser tests"
  (apt-get install -y -qq chromium || { apt-get update -qq && apt-get install -y -qq chromium; }) >/dev/null 2>&1 && exit 0
fi
echo "Chromium is missing: install the package chromium, or the browser tests will fail by name" >&2
