"""Writes what Teachable Machine's export looks like, with a small network in place of its MobileNet.

test/fixtures/keras-teachable-machine/keras_model.h5, labels.txt, picture.png, and expected.json:
what its own program makes of the picture (Keras 2, HDF5; a Sequential of two Sequentials).

    .venv215/bin/pip install Pillow
    .venv215/bin/python scripts/models/teachable_machine.py
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import json
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image, ImageOps

layers = tf.keras.layers
FOLDER = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "keras-teachable-machine"


def network():
    """A MobileNet's layers in little: padding, a strided convolution, a depthwise and a pointwise one."""
    picture = layers.Input((224, 224, 3), name="input_1")
    x = layers.ZeroPadding2D(((0, 1), (0, 1)), name="Conv1_pad")(picture)
    x = layers.Conv2D(8, 3, strides=2, use_bias=False, name="Conv1")(x)
    x = layers.ReLU(6.0, name="Conv1_relu")(layers.BatchNormalization(name="bn_Conv1")(x))
    x = layers.DepthwiseConv2D(3, strides=2, padding="same", use_bias=False, name="expanded_conv_depthwise")(x)
    x = layers.Conv2D(16, 1, use_bias=False, name="expanded_conv_project")(x)
    return tf.keras.Model(picture, layers.BatchNormalization(name="expanded_conv_project_BN")(x), name="model1")


def main() -> None:
    tf.keras.utils.set_random_seed(11)
    features = tf.keras.Sequential([network(), layers.GlobalAveragePooling2D()], name="sequential_1")
    head = tf.keras.Sequential(
        [
            layers.Dense(12, activation="relu", input_shape=(16,), name="dense_Dense1"),
            layers.Dense(3, activation="softmax", use_bias=False, name="dense_Dense2"),
        ],
        name="sequential_3",
    )
    model = tf.keras.Sequential([features, head], name="sequential_4")
    model.build((None, 224, 224, 3))
    random = np.random.default_rng(11)
    drawn = [random.uniform(-0.5, 1.0, w.shape).astype(w.dtype) + (w.ndim == 1) for w in model.get_weights()]
    model.set_weights([*drawn[:-1], drawn[-1] * 0.1])
    FOLDER.mkdir(exist_ok=True)
    model.save(FOLDER / "keras_model.h5", include_optimizer=False)
    (FOLDER / "labels.txt").write_text("0 Class 1\n1 Rock, paper\n2 Class 3\n")
    y, x = np.mgrid[0:150, 0:200]
    drawn = np.stack([x, 255 - y, (x * y) // 150 % 256], -1).astype(np.uint8)
    Image.fromarray(drawn).save(FOLDER / "picture.png")

    image = ImageOps.fit(Image.open(FOLDER / "picture.png").convert("RGB"), (224, 224), Image.Resampling.LANCZOS)
    data = ((np.asarray(image).astype(np.float32) / 127.5) - 1)[None]
    scores = model.predict(data, verbose=0)[0]
    (FOLDER / "expected.json").write_text(json.dumps([float(f"{score:.5g}") for score in scores]) + "\n")
    print(scores, [model.predict((data + 1) / 2, verbose=0)[0]])


if __name__ == "__main__":
    main()
