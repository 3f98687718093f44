#!/bin/sh
# Make .venv and install Filon in it: uv where present, else venv + pip. $1: what to install, e.g. '.[test,check]'.
set -eu
cd "$(dirname "$0")/.."
if command -v uv >/dev/null 2>&1; then
  [ -x .venv/bin/python ] || uv venv --quiet --python '>=3.11' .venv
  exec uv pip install --quiet --python .venv/bin/python -c constraints.txt -e "$1"
fi
python=python3
for candidate in python3.13 python3.12 python3.11; do
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' && break
  command -v "$candidate" >/dev/null 2>&1 && python=$candidate
done
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Filon needs Python 3.11 or newer" >&2; exit 2; }
if [ ! -x .venv/bin/pip ]; then
  rm -rf .venv
  if ! "$python" -m venv .venv 2>/dev/null; then
    # Debian ships venv apart from python3.
    rm -rf .venv
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
      (apt-get install -y -qq python3-venv || { apt-get update -qq && apt-get install -y -qq python3-venv; }) >/dev/null
      "$python" -m venv .venv
    else
      echo "Please install the Debian package python3-venv (or uv), then run make again" >&2
      exit 2
    fi
  fi
fi
exec .venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e "$1"
