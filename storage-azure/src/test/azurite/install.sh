#!/bin/sh
# Installs Azurite, as pinned beside this script, into the folder $1, unless it is there already.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
if ! command -v npm >/dev/null; then
  echo "azurite: the tests of storage-azure need Node.js and npm" >&2
  echo "  hint: apt-get install nodejs npm" >&2
  exit 2
fi
mkdir -p "$1"
if cmp -s "$here/package-lock.json" "$1/installed"; then exit 0; fi
rm -f "$1/installed"
cp "$here/package.json" "$here/package-lock.json" "$1/"
cd "$1"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
cp package-lock.json installed
