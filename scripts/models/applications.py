"""Builds networks of keras.applications from a seed and writes them in every form that people bring, for the tests and benchmarks.

<out>/<version of TensorFlow>/<application>/
  export/1/             what model.export writes
  saved/1/              what tf.saved_model.save writes
  keras/1/model.keras   what model.save writes
  h5/1/model.h5
  first.png second.png  two pictures of just the network's size
  expected.json         the logits that Keras answers for them, and the `scale` for model.yaml

    applications.py --out DIR [--only NAME ...]

An application that is there is left as it is: it gets its name only when it is whole. applications.sh runs this with each
version of TensorFlow.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import argparse
import contextlib
import json
import shutil
import tempfile
import time
import warnings
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from absl import logging
from PIL import Image

from untrained import APPLICATIONS, logits, pictures, untrained

# Of what a model lacks that was never compiled, and that HDF5 is Keras's older form.
logging.set_verbosity("error")
tf.get_logger().setLevel("ERROR")
warnings.filterwarnings("ignore", message="You are saving your model as an HDF5 file")


def write(name: str, folder: Path) -> None:
    """Writes one application, and fails if what Keras answers would not tell a wrong answer from a right one."""
    model = untrained(name)
    expected(name, model, folder)
    with open(os.devnull, "w") as nothing, contextlib.redirect_stdout(nothing):
        model.export(str(folder / "export" / "1"))
    tf.saved_model.save(model, str(folder / "saved" / "1"))
    for form, file in {"keras": "model.keras", "h5": "model.h5"}.items():
        (folder / form / "1").mkdir(parents=True)
        model.save(str(folder / form / "1" / file))


def expected(name: str, model: keras.Model, folder: Path) -> None:
    """Writes two pictures that the network takes for different things, and its logits."""
    pixels = pictures(name, 2, 10)
    best = logits(name, model, pixels).argmax(axis=1)
    chosen = pixels[[0, int(np.argmax(best != best[0]))]]
    answers = logits(name, model, chosen)
    first, second = answers
    assert first.argmax() != second.argmax() and np.abs(first - second).mean() > 0.2, f"{name} tells no pictures apart"
    assert np.all((answers.std(axis=1) > 0.3) & (answers.std(axis=1) < 10)), f"the logits of {name} do not spread by about 1"
    for file, picture in zip(("first.png", "second.png"), chosen, strict=True):
        Image.fromarray(picture).save(folder / file)
    about = {
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "scale": APPLICATIONS[name].scale,
        "pictures": {"first.png": first.tolist(), "second.png": second.tolist()},
    }
    (folder / "expected.json").write_text(json.dumps(about) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--only", nargs="+", choices=APPLICATIONS, default=list(APPLICATIONS), metavar="NAME")
    arguments = parser.parse_args()
    home = arguments.out / tf.__version__
    home.mkdir(parents=True, exist_ok=True)
    for name in arguments.only:
        if (home / name).exists():
            continue
        begun = time.monotonic()
        partial = Path(tempfile.mkdtemp(prefix=f"partial-{name}-", dir=home))
        try:
            write(name, partial)
            partial.chmod(0o755)
            partial.rename(home / name)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        keras.backend.clear_session()
        print(f"TensorFlow {tf.__version__}: {name} made in {time.monotonic() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main()
