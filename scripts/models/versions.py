"""Writes test/fixtures/versions: the same model in versions that can be told apart by their answers.

Version n is x float32 [rows] -> y float32 [rows, 64], each number x / 2 + n: a row that came from two versions would have two
kinds of numbers in it. Version 3 is off by 1e-4 of that, as a model trained once more might be. Run it from anywhere.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import shutil
from pathlib import Path

import numpy as np
import tensorflow as tf

FOLDER = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "versions"
WIDTH = 64
OFFSETS = {1: 1.0, 2: 2.0, 3: 2.0002, 4: 4.0}


class HalfPlus(tf.Module):
    def __init__(self, offset: float):
        super().__init__()
        self.offset = tf.Variable(np.full(WIDTH, offset, np.float32))

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="x")])
    def serve(self, x):
        return {"y": x[:, tf.newaxis] * 0.5 + self.offset}


def main() -> None:
    for version, offset in OFFSETS.items():
        folder = FOLDER / str(version)
        shutil.rmtree(folder, ignore_errors=True)
        module = HalfPlus(offset)
        tf.saved_model.save(module, str(folder), {"serving_default": module.serve})
        (folder / "fingerprint.pb").unlink()
        (folder / "assets").rmdir()
        answer = tf.saved_model.load(str(folder)).signatures["serving_default"](x=tf.constant([2.0]))["y"]
        np.testing.assert_array_equal(answer.numpy(), np.full((1, WIDTH), 1 + np.float32(offset)))
    print(f"{len(OFFSETS)} versions, each loaded and run")


if __name__ == "__main__":
    main()
