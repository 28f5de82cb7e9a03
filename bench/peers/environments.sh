#!/bin/sh
# Makes the Python environments of the servers that `npm run bench` compares with, and prints the folder they are in:
#
#   environments=$(sh bench/peers/environments.sh)            # makes what is missing
#   environments=$(sh bench/peers/environments.sh --where)    # makes nothing
#
# `frameworks` has Flask, gunicorn, FastAPI, BentoML, LitServe and Ray Serve; `mlserver` and `triton` stand alone, because they
# want older versions of what those have. They are kept (4.5 GB) in TENSORNEST_CACHE_DIR, else XDG_CACHE_HOME/tensornest, else
# ~/.cache/tensornest, under a name that changes with their requirements; those of another name are removed when these are
# whole. It takes some minutes, and a moment when they are there. It needs Python 3.11.
#
# One that cannot be installed keeps the others from nothing: it is said, and its servers are left out.
set -eu

cache="${TENSORNEST_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/tensornest}/bench-peers"
case "$cache" in /*) ;; *) cache="$PWD/$cache" ;; esac
cd "$(dirname "$0")"
key=$(cat requirements-*.txt | cksum | cut -d ' ' -f 1)
environments="$cache/$key"

if [ "${1:-}" = --where ]; then
  echo "$environments"
  exit
elif [ $# -gt 0 ]; then
  echo "Expected --where or nothing as the argument but received $1." >&2
  exit 1
fi

python311() {
  for candidate in python3.11 python3; do
    if "$candidate" -c 'import ensurepip, sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  echo 'Expected Python 3.11 with venv for the servers but found none; on Debian 12, install python3-venv.' >&2
  return 1
}

# make NAME: an environment cannot be moved, so a file in it says that it is whole.
make() {
  if [ -f "$environments/$1/whole" ]; then return; fi
  echo "$1: installing bench/peers/requirements-$1.txt" >&2
  rm -rf "${environments:?}/$1"
  "$python" -m venv "$environments/$1"
  if "$environments/$1/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir -r "requirements-$1.txt" >&2; then
    touch "$environments/$1/whole"
  else
    echo "$1: could not be installed." >&2
  fi
}

python=$(python311)
mkdir -p "$environments"
make frameworks
make mlserver
make triton

for other in "$cache"/*; do
  case "$other" in "$environments") ;; *) rm -rf "$other" ;; esac
done
echo "$environments"
