"""Writes test/fixtures/keras-versions: versions of a picture model as Keras 3 exports them one after the other in one process.

Keras numbers what it was not given a name for, so that no two of them have the same name for their input: `keras_tensor`,
`keras_tensor_4`. Versions 1 and 2 have the same weights, version 3 has others, version 4 takes larger pictures. `two` has two
inputs and two outputs alike, and then once more with the same weights. Run it from anywhere.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import shutil
from pathlib import Path

import keras
import numpy as np

FOLDER = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "keras-versions"


def classifier(seed: int, side: int = 16) -> keras.Model:
    keras.utils.set_random_seed(seed)
    return keras.Sequential(
        [
            keras.Input((side, side, 3)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(4, 3, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )


def two(seed: int) -> keras.Model:
    keras.utils.set_random_seed(seed)
    one, other = keras.Input((2,)), keras.Input((2,))
    first = keras.layers.Dense(3)(one)
    second = keras.layers.Dense(3)(keras.layers.Concatenate()([one, 2 * other]))
    return keras.Model([one, other], [first, second])


def export(model: keras.Model, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    model.export(str(folder), format="tf_saved_model", verbose=False)
    (folder / "fingerprint.pb").unlink()
    (folder / "assets").rmdir()
    print(folder.name, [tensor.name for tensor in model.inputs])


def main() -> None:
    export(classifier(1), FOLDER / "pictures" / "1")
    export(classifier(1), FOLDER / "pictures" / "2")
    export(classifier(2), FOLDER / "pictures" / "3")
    export(classifier(1, side=24), FOLDER / "pictures" / "4")
    # So that the two names of the next one are not in the order of the alphabet: 99 and 100.
    while not keras.Input((1,)).name.endswith("_98"):
        pass
    export(two(3), FOLDER / "two" / "1")
    export(two(3), FOLDER / "two" / "2")
    rows = np.float32([[1, 2]]), np.float32([[3, 4]])
    print("two:", [answer.numpy().tolist() for answer in two(3)(list(rows))])


if __name__ == "__main__":
    main()
