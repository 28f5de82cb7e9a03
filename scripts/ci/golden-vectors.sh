#!/bin/sh
# Makes afresh what the tests of preprocessing hold this server to, with the real Pillow, OpenCV, TensorFlow, Keras and torchvision, and fails where it
# is not what is committed:
#
#   sh scripts/ci/golden-vectors.sh
#
# It takes four minutes on two cores, most of them to install the packages (1.5 GB, and after those 4 GB for torchvision, removed when each is done; 2.5
# GB to download for it), and a moment where the same was made before: that it agreed is noted in TENSORNEST_CACHE_DIR, else
# XDG_CACHE_HOME/tensornest, else ~/.cache/tensornest. It needs Python 3.11.
set -eu

cache="${TENSORNEST_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/tensornest}/golden-vectors"
case "$cache" in /*) ;; *) cache="$PWD/$cache" ;; esac
cd "$(dirname "$0")/../models"
fixtures=../../test/fixtures
. ../python311.sh

# Names without quotes: each is an argument of its own.
sum() {
  (cd "$fixtures" && find $1 -type f | LC_ALL=C sort | xargs cat) | cksum
}

# agree NAME MAKERS MADE REQUIREMENTS [OPTION of pip install]: the last of the requirements is installed, the others are what it refers to. NAME goes
# before the key in the cache.
agree() {
  name=$1 makers=$2 made=$3 requirements=$4 option=${5-}
  scripts=$(for maker in $makers vectors; do cat "$maker.py"; done | cat - $requirements | cksum)
  committed=$(sum "$made")
  key=$(echo "$scripts $committed" | cksum | cut -d ' ' -f 1)
  if [ -f "$cache/$name$key" ]; then
    echo "$made: made before with these scripts, and were these."
    return
  fi

  python=$(python311 'making the golden vectors')
  mkdir -p "$cache"
  staging=$(mktemp -d "$cache/partial-XXXXXX")
  trap 'rm -rf "$staging"' EXIT
  trap 'exit 130' HUP INT TERM
  installed=${requirements##* }
  echo "Installing scripts/models/$installed"
  "$python" -m venv "$staging"
  "$staging/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-compile $option -r "$installed"
  for maker in $makers; do
    if ! "$staging/bin/python" -B "$maker.py" 2>"$staging/notes"; then
      cat "$staging/notes" >&2
      exit 1
    fi
  done
  if [ "$(sum "$made")" != "$committed" ]; then
    echo 'The golden vectors that were made are not those in test/fixtures: git diff shows which.' >&2
    exit 1
  fi
  rm -rf "$staging" "$cache/$name"[0-9]*
  touch "$cache/$name$key"
}

agree '' 'keras_presets pillow_resampled opencv_resampled tensorflow_resampled fits fitted decode_parity odd_pictures more_formats avif_pictures' \
  'keras-presets.json pillow-resampled.json opencv-resampled.json tensorflow-resampled.json fits.json fitted.json decode-parity.json corpus odd-pictures.json more-formats.json avif-pictures.json' \
  'requirements.txt requirements-vectors.txt'
agree 'torchvision-' 'torchvision_presets torchvision_fits' 'torchvision-presets.json torchvision-fits.json' \
  requirements-torchvision.txt --no-deps
