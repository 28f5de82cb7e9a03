"""Writes test/fixtures/fits.json: where TensorFlow puts 2,000 pictures of drawn sizes, told by its own answers.

`letterbox`: left, top, width and height of the picture that `tf.image.resize_with_pad` lays down. All in base64. Run it from anywhere.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import json

import numpy
import tensorflow as tf
from vectors import FIXTURES, drawn_sizes, packed


def letterboxed(width: int, height: int, target_width: int, target_height: int) -> list[int]:
    white = numpy.ones((height, width, 1), numpy.uint8)
    try:
        laid = tf.image.resize_with_pad(white, target_height, target_width, method="nearest").numpy()[..., 0]
    except tf.errors.InvalidArgumentError:  # No side may become 0 there.
        return [0, 0, 0, 0]
    rows, columns = laid.any(1).nonzero()[0], laid.any(0).nonzero()[0]
    return [columns[0], rows[0], len(columns), len(rows)]


def main() -> None:
    sizes = drawn_sizes()
    tables = {
        "sizes": packed(sizes, "<u2"),
        "letterbox": packed([letterboxed(*size) for size in sizes], "<u2"),
    }
    versions = {"tensorflow": tf.__version__}
    lines = [f"  {json.dumps(name)}: {json.dumps(table)}" for name, table in tables.items()]
    text = ",\n".join([f'  "versions": {json.dumps(versions)}', *lines])
    (FIXTURES / "fits.json").write_text(f"{{\n{text}\n}}\n")
    print(f"{len(sizes)} sizes, {len(tables) - 1} ways")


if __name__ == "__main__":
    main()
