#!/bin/sh
# Makes Python environments with two servers of the Open Inference Protocol, MLServer and KServe's, and prints the folder they are in:
#
#   servers=$(sh scripts/ci/upstream-servers.sh)            # makes what is missing
#   servers=$(sh scripts/ci/upstream-servers.sh --where)    # makes nothing
#
# `$servers/mlserver/bin/mlserver` and `$servers/kserve/bin/python` are then what test/e2e/upstream-servers.ts starts. They are kept (0.8
# GB) in TENSORNEST_CACHE_DIR, else XDG_CACHE_HOME/tensornest, else ~/.cache/tensornest, under a name that changes with their
# requirements; those of another name are removed when these are whole. It takes a minute, and a moment when they are there. It
# needs Python 3.11.
set -eu

cache="${TENSORNEST_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/tensornest}/upstream-servers"
case "$cache" in /*) ;; *) cache="$PWD/$cache" ;; esac
cd "$(dirname "$0")/../models"
key=$(cat requirements-mlserver.txt requirements-kserve.txt | cksum | cut -d ' ' -f 1)
servers="$cache/$key"

if [ "${1:-}" = --where ]; then
  echo "$servers"
  exit
elif [ $# -gt 0 ]; then
  echo "Expected --where or nothing as the argument but received $1." >&2
  exit 1
fi

. ../python311.sh

# make NAME: an environment cannot be moved, so a file in it says that it is whole.
make() {
  if [ -f "$servers/$1/whole" ]; then return; fi
  python=$(python311 'the servers')
  echo "$1: installing scripts/models/requirements-$1.txt" >&2
  rm -rf "${servers:?}/$1"
  "$python" -m venv "$servers/$1"
  "$servers/$1/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir -r "requirements-$1.txt" >&2
  touch "$servers/$1/whole"
}

mkdir -p "$servers"
make mlserver
make kserve

for other in "$cache"/*; do
  case "$other" in "$servers") ;; *) rm -rf "$other" ;; esac
done
echo "$servers"
