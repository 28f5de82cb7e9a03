"""Writes test/fixtures/tensorflow-resampled.json: what `tf.image.resize` makes of noise.

For each method, with and without antialias, and pair of sizes some of the values, every `step`-th, as float32 in base64. Run it from anywhere.
"""

import base64

import numpy
import tensorflow as tf
from vectors import SIZES, noise, write_cases

METHODS = ["nearest", "bilinear", "bicubic", "area", "lanczos3"]
LARGE = [((1501, 1103), (224, 97)), ((2000, 40), (2311, 7))]
"""Where positions that are float32 come to be off by what can be seen."""
VALUES = 150
CHANNELS = 3


def main() -> None:
    cases = []
    for method in METHODS:
        # These two do not know it.
        for antialias in [False] if method in ("nearest", "area") else [False, True]:
            for start, to in [*SIZES, *LARGE]:
                width, height = start
                picture = numpy.frombuffer(noise(width, height, CHANNELS), numpy.uint8).reshape(height, width, CHANNELS)
                resized = tf.image.resize(picture, to[::-1], method=method, antialias=antialias)
                values = numpy.asarray(resized, "<f4").ravel()
                step = max(1, len(values) // VALUES)
                case = {"method": method, "antialias": antialias, "from": start, "to": to, "step": step}
                case["values"] = base64.b64encode(values[::step].tobytes()).decode()
                cases.append(case)
    write_cases("tensorflow", tf.__version__, cases)
    print(f"{len(cases)} cases")


if __name__ == "__main__":
    main()
