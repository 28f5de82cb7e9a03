#!/bin/sh
# Makes the networks that applications.py writes, with three versions of TensorFlow, and prints the folder they are in:
#
#   models=$(sh scripts/models/applications.sh)            # makes what is missing
#   models=$(sh scripts/models/applications.sh --where)    # makes nothing
#
# They are kept (2.3 GB) in TENSORNEST_CACHE_DIR, else XDG_CACHE_HOME/tensornest, else ~/.cache/tensornest, under a name that
# changes with the scripts and versions that make them; those of another name are removed when these are whole. It takes
# four minutes on two cores, and a moment when all are there. A Python environment (1.3 GB) stays only while it is
# used. It needs Python 3.11, the one that all three versions of TensorFlow run on.
set -eu

cache="${TENSORNEST_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/tensornest}/applications"
case "$cache" in /*) ;; *) cache="$PWD/$cache" ;; esac
cd "$(dirname "$0")"
key=$(cat applications.py untrained.py drawing.py requirements-2*.txt requirements.txt | cksum | cut -d ' ' -f 1)
models="$cache/$key"

if [ "${1:-}" = --where ]; then
  echo "$models"
  exit
elif [ $# -gt 0 ]; then
  echo "Expected --where or nothing as the argument but received $1." >&2
  exit 1
fi

# The version that the server runs makes all of them, the others those that are made in a moment.
few='MobileNetV2 MobileNetV3Small EfficientNetB0'
all="$few ResNet50 DenseNet121 Xception VGG16"

. ../python311.sh

is_whole() {
  for name in $2; do
    [ -d "$models/$1/$name" ] || return 1
  done
}

# make VERSION REQUIREMENTS NAMES
make() {
  if is_whole "$1" "$3"; then return; fi
  python=$(python311 'making the models')
  staging=$(mktemp -d "$cache/partial-XXXXXX")
  trap 'rm -rf "$staging"' EXIT
  trap 'exit 130' HUP INT TERM
  echo "TensorFlow $1: installing scripts/models/$2" >&2
  "$python" -m venv "$staging/environment"
  python="$staging/environment/bin/python"
  "$python" -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-compile -r "$2" >&2
  # Names without quotes: each is an argument of its own. TensorFlow's notes are of interest only if it fails.
  if ! "$python" applications.py --out "$models" --only $3 >&2 2>"$staging/notes"; then
    cat "$staging/notes" >&2
    exit 1
  fi
}

mkdir -p "$models"
# What a run left that was killed and could not clean up.
find "$cache" -maxdepth 3 -name 'partial-*' -mmin +60 -prune -exec rm -rf {} +
# Each in a shell of its own, which removes its environment when it ends.
(make 2.20.0 requirements.txt "$all")
(make 2.21.0 requirements-2.21.txt "$few")
(make 2.15.1 requirements-2.15.txt "$few")

for other in "$cache"/*; do
  case "$other" in "$models" | "$cache"/partial-*) ;; *) rm -rf "$other" ;; esac
done
echo "$models"
