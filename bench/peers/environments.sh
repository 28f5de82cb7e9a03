#!/bin/sh
# Makes the Python environments of the servers that `npm run bench` compares with, and prints a line for each that is there, its
# name and its folder:
#
#   sh bench/peers/environments.sh            # makes what is missing
#   sh bench/peers/environments.sh --where    # makes nothing
#
# `frameworks` has Flask, gunicorn, FastAPI, BentoML, LitServe and Ray Serve; `mlserver` and `triton` stand alone, because they
# want older versions of what those have. They are kept (5 GB) in TENSORNEST_CACHE_DIR, else XDG_CACHE_HOME/tensornest, else
# ~/.cache/tensornest, each under a name that changes with its requirements; those of another name are removed when it is
# whole. It takes some minutes, and a moment when they are there. It needs Python 3.11.
#
# One that cannot be installed keeps the others from nothing: it is said, and its servers are left out.
set -eu

cache="${TENSORNEST_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/tensornest}/bench-peers"
case "$cache" in /*) ;; *) cache="$PWD/$cache" ;; esac
cd "$(dirname "$0")"

folder() {
  echo "$cache/$1-$(cksum <"requirements-$1.txt" | cut -d ' ' -f 1)"
}

. ../../scripts/python311.sh

# make NAME FOLDER: an environment cannot be moved, so a file in it says that it is whole.
make() {
  python=$(python311 'the servers')
  echo "$1: installing bench/peers/requirements-$1.txt" >&2
  rm -rf "$2"
  "$python" -m venv "$2"
  if "$2/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir -r "requirements-$1.txt" >&2; then
    touch "$2/whole"
    for other in "$cache/$1-"*; do
      case "$other" in "$2") ;; *) rm -rf "$other" ;; esac
    done
  else
    echo "$1: could not be installed." >&2
  fi
}

if [ $# -gt 1 ] || [ "${1:---where}" != --where ]; then
  echo "Expected --where or nothing as the argument but received $*." >&2
  exit 1
fi

mkdir -p "$cache"
for name in frameworks mlserver triton; do
  folder=$(folder $name)
  if [ ! -f "$folder/whole" ] && [ $# -eq 0 ]; then make $name "$folder"; fi
  if [ -f "$folder/whole" ]; then echo "$name $folder"; fi
done
