"""Writes test/fixtures/goldens: what Python TensorFlow feeds models/shapes/1 for three samples, and what it says.

By the file that users get, docs/write_goldens.py, with Pillow's decoding and resizing; in `tensorflow/` with TensorFlow's own.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import json
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image

from drawing import stretched

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "docs"))

from write_goldens import write_goldens  # noqa: E402

GOLDENS = ROOT / "test" / "fixtures" / "goldens"


def main() -> None:
    labels = json.loads((ROOT / "labels" / "shapes.json").read_text())
    model = tf.saved_model.load(str(ROOT / "models" / "shapes" / "1"))

    def run(batch):
        return model.signatures["serving_default"](image=tf.constant(batch))["probabilities"]

    def by_pillow(path):
        with Image.open(path) as picture:
            return np.float32(stretched(picture) / 127.5 - 1)

    def by_tensorflow(path):
        picture = tf.io.decode_jpeg(tf.io.read_file(path))
        return tf.image.resize(picture, (64, 64)) / 127.5 - 1

    samples = ROOT / "samples"
    write_goldens(GOLDENS / "pillow", [samples / "star.jpg", samples / "arrow.png"], by_pillow, run, labels)
    write_goldens(GOLDENS / "tensorflow", [samples / "circle.jpg"], by_tensorflow, run, labels)


if __name__ == "__main__":
    main()
