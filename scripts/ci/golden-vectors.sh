#!/bin/sh
# Makes afresh what the tests of preprocessing hold this server to, with the real Pillow, OpenCV, TensorFlow and Keras, and fails where it is not what
# is committed:
#
#   sh scripts/ci/golden-vectors.sh
#
# It takes two minutes on two cores, most of them to install the packages (1.5 GB, removed when it ends), and a moment where the same was
# made before: that it agreed is noted in TENSORNEST_CACHE_DIR, else XDG_CACHE_HOME/tensornest, else ~/.cache/tensornest. It needs Python 3.11.
set -eu

cache="${TENSORNEST_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/tensornest}/golden-vectors"
case "$cache" in /*) ;; *) cache="$PWD/$cache" ;; esac
cd "$(dirname "$0")/../models"
fixtures=../../test/fixtures
makers='keras_presets pillow_resampled opencv_resampled tensorflow_resampled decode_parity'
made='keras-presets.json pillow-resampled.json opencv-resampled.json tensorflow-resampled.json decode-parity.json corpus'

sum() {
  # Names without quotes: each is an argument of its own.
  (cd "$fixtures" && find $made -type f | LC_ALL=C sort | xargs cat) | cksum
}

scripts=$(for maker in $makers vectors; do cat "$maker.py"; done | cat - requirements.txt requirements-vectors.txt | cksum)
committed=$(sum)
key=$(echo "$scripts $committed" | cksum | cut -d ' ' -f 1)
if [ -f "$cache/$key" ]; then
  echo 'The golden vectors were made before with these scripts, and were these.'
  exit
fi

. ../python311.sh
python=$(python311 'making the golden vectors')
mkdir -p "$cache"
staging=$(mktemp -d "$cache/partial-XXXXXX")
trap 'rm -rf "$staging"' EXIT
trap 'exit 130' HUP INT TERM
echo 'Installing scripts/models/requirements-vectors.txt'
"$python" -m venv "$staging"
"$staging/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-compile -r requirements-vectors.txt
for maker in $makers; do
  if ! "$staging/bin/python" -B "$maker.py" 2>"$staging/notes"; then
    cat "$staging/notes" >&2
    exit 1
  fi
done
if [ "$(sum)" != "$committed" ]; then
  echo 'The golden vectors that were made are not those in test/fixtures: git diff shows which.' >&2
  exit 1
fi
rm -f "$cache"/[0-9]*
touch "$cache/$key"
