"""Writes test/fixtures/keras-presets.json: what the `preprocess_input` of every family of keras.applications makes of some pixels.

One row of RGB pixels, and for each family the float32 numbers that its model is given of them. Run it from anywhere.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import importlib
import json
import pkgutil
from pathlib import Path

import keras
import numpy as np

FILE = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "keras-presets.json"
PIXELS = [[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 128, 0], [1, 2, 3], [200, 100, 50], [17, 93, 241]]


def families() -> dict:
    """The functions by their family's name, as `keras.applications` has them."""
    modules = pkgutil.iter_modules(keras.applications.__path__)
    loaded = {module.name: importlib.import_module(f"keras.applications.{module.name}") for module in modules}
    return {name: module.preprocess_input for name, module in loaded.items() if hasattr(module, "preprocess_input")}


def main() -> None:
    picture = np.array([[PIXELS]], np.float32)  # One picture of one row.
    given = {name: np.asarray(function(picture.copy()), np.float32) for name, function in families().items()}
    rows = {name: [[float(number) for number in pixel] for pixel in numbers[0, 0]] for name, numbers in given.items()}
    lines = [f"    {json.dumps(name)}: {json.dumps(numbers)}" for name, numbers in sorted(rows.items())]
    FILE.write_text(
        "{\n"
        f'  "keras": {json.dumps(keras.__version__)},\n'
        f'  "pixels": {json.dumps(PIXELS)},\n'
        '  "families": {\n' + ",\n".join(lines) + "\n  }\n}\n"
    )
    print(f"{len(rows)} families")


if __name__ == "__main__":
    main()
