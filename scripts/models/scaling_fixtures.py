"""Writes small classifiers whose graphs tell at their heads what pixels they take, and what Keras makes of a picture.

test/fixtures/scaling/<name>/1/, a SavedModel or a model.keras, picture.png of the size that all of them take, and
expected.json: for each, the range of pixels (`takes`; null: the graph tells none, and it was made for 0…1) and the scores that
Keras answers for the picture in that range. In the other range each would answer another label. Of `random` ones the exported form
draws random numbers, and answers other scores. Run it from anywhere; it replaces what it wrote before:

    python -m venv .venv && .venv/bin/pip install -r scripts/models/requirements.txt
    .venv/bin/python scripts/models/scaling_fixtures.py
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import json
import shutil
from pathlib import Path

import numpy as np
import tensorflow as tf
from absl import logging

from keras_fixtures import repack

keras = tf.keras
layers = keras.layers
FOLDER = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "scaling"
HEIGHT, WIDTH = 16, 24
LIMIT = 1100 * 1024  # bytes of all together


def picture() -> np.ndarray:
    """Slopes of three colours, [16, 24, 3] uint8."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    return np.stack([x * 10, y * 16, (x + 2 * y) * 4], axis=-1).astype(np.uint8)


def normalised(**given):
    return layers.Normalization(mean=[120.0, 110.0, 90.0], variance=[3600.0, 3000.0, 2500.0], **given)


def adapted():
    layer = layers.Normalization()
    layer.adapt(picture()[None].astype(np.float32))
    return layer


def caffe(x):
    """BGR, without the means."""
    return x[..., ::-1] - np.float32([103.939, 116.779, 123.68])


def augmented():
    """As Keras's tutorial on image classification has it; `model.export` leaves it switched on."""
    return keras.Sequential([layers.RandomFlip("horizontal"), layers.RandomRotation(0.1), layers.Rescaling(1 / 255)])


def learnt(x):
    """A batch norm that has seen pictures of 0…255."""
    layer = layers.BatchNormalization()
    y = layer(x)
    means, variances = np.float32([120, 110, 90]), np.float32([3600, 3000, 2500])
    layer.set_weights([np.ones(3, np.float32), np.zeros(3, np.float32), means, variances])
    return y


def as_bytes(x):
    return tf.image.convert_image_dtype(tf.cast(x, tf.uint8), tf.float32)


def two_ways(x):
    """Two branches that are scaled together."""
    both = layers.Concatenate()([x, keras.ops.flip(x, axis=2)])
    return layers.Rescaling(1 / 127.5, offset=-1)(both)


def each_way(x):
    """Two branches, each of which scales for itself."""
    return layers.Concatenate()([layers.Rescaling(1 / 255)(x), layers.Rescaling(1 / 255)(layers.AveragePooling2D(1)(x))])


def calls(function):
    """A head that is called with the input, not a layer."""
    return lambda: function


HEADS = {
    # by name: the head, the range of pixels, and how the model is written
    "rescaling": (lambda: layers.Rescaling(1 / 255), "raw", "export"),
    "rescaling_offset": (lambda: layers.Rescaling(1 / 127.5, offset=-1), "raw", "saved"),
    "rescaling_keras": (lambda: layers.Rescaling(1 / 255), "raw", "keras"),
    "rescaling_half": (lambda: layers.Rescaling(1 / 255, dtype="float16"), "raw", "export"),
    "resizing": (lambda: keras.Sequential([layers.Resizing(8, 12), layers.Rescaling(1 / 255)]), "raw", "export"),
    "normalization": (normalised, "raw", "export"),
    "normalization_keras": (normalised, "raw", "keras"),
    "adapted": (adapted, "raw", "saved"),
    "caffe": (lambda: layers.Lambda(caffe), "raw", "export"),
    "hub": (lambda: layers.Lambda(lambda x: x * 2 - 1), "unit", "saved"),
    "resnet": (calls(keras.applications.resnet.preprocess_input), "raw", "export"),
    "resnet_saved": (calls(keras.applications.resnet.preprocess_input), "raw", "saved"),
    "vgg16_keras": (calls(keras.applications.vgg16.preprocess_input), "raw", "keras"),
    "augmented": (augmented, "raw", "export"),
    "augmented_keras": (augmented, "raw", "keras"),
    "center_crop": (lambda: keras.Sequential([layers.CenterCrop(12, 16), layers.Rescaling(1 / 255)]), "raw", "export"),
    "zero_padding": (lambda: keras.Sequential([layers.ZeroPadding2D(2), layers.Rescaling(1 / 255)]), "raw", "keras"),
    "clipped": (lambda: layers.Lambda(lambda x: tf.clip_by_value(x, 0.0, 255.0) / 255.0), "raw", "saved"),
    "gathered": (lambda: layers.Lambda(lambda x: tf.gather(x, [2, 1, 0], axis=-1) / 127.5 - 1.0), "raw", "saved"),
    "as_bytes": (lambda: layers.Lambda(as_bytes), "raw", "saved"),
    "two_ways": (calls(two_ways), "raw", "export"),
    "each_way": (calls(each_way), "raw", "keras"),
    "batch_norm_learnt": (calls(learnt), "raw", "keras"),
    "inverted": (calls(lambda x: 1.0 - x), None, "keras"),
    "gamma": (calls(lambda x: x**2.2), None, "keras"),
    "batch_norm": (lambda: layers.BatchNormalization(), None, "keras"),
    "nothing": (lambda: layers.Identity(), None, "export"),
}


RANDOM = {"augmented"}


def build(name: str, seed: int) -> keras.Model:
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    x = keras.Input((HEIGHT, WIDTH, 3), name="image")
    biases = keras.initializers.RandomNormal(stddev=0.3, seed=seed)
    # Without biases as if trained, a network answers the same label of weaker pixels.
    y = layers.Conv2D(4, 3, strides=4, activation="tanh", bias_initializer=biases)(HEADS[name][0]()(x))
    y = layers.Flatten()(y)
    y = layers.Dense(3, activation="softmax", dtype="float32", bias_initializer=biases)(y)
    return keras.Model(x, y)


def seeded(name: str, given: np.ndarray, other: np.ndarray) -> keras.Model:
    """The first network that names another label where pixels come in the other range."""
    for seed in range(100):
        model = build(name, seed)
        one, two = (np.asarray(model(pixels, training=False)) for pixels in (given, other))
        if one.argmax() != two.argmax() and one.max() - np.sort(one)[0, -2] > 0.1:
            return model
    raise AssertionError(f"no network of {name} depends on the range of its pixels")


def write(model: keras.Model, folder: Path, form: str) -> None:
    folder.mkdir(parents=True)
    if form == "keras":
        model.save(folder / "model.keras")
        repack(folder / "model.keras", compress=True)
        return
    if form == "export":
        model.export(folder, verbose=False)
    else:
        tf.saved_model.save(model, str(folder))
    (folder / "fingerprint.pb").unlink(missing_ok=True)
    if (folder / "assets").is_dir():
        (folder / "assets").rmdir()


def main() -> None:
    logging.set_verbosity("error")
    tf.get_logger().setLevel("ERROR")
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    (FOLDER / "picture.png").write_bytes(tf.io.encode_png(picture()).numpy())
    raw = picture()[None].astype(np.float32)
    expected = {}
    for name, (_, takes, form) in HEADS.items():
        given, other = (raw, raw / 255) if takes == "raw" else (raw / 255, raw)
        model = seeded(name, given, other)
        write(model, FOLDER / name / "1", form)
        scores = np.asarray(model(given, training=False))[0]
        expected[name] = {"takes": takes, "scores": [float(f"{score:.6g}") for score in scores]}
        if name in RANDOM:
            expected[name]["random"] = True
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(it)}" for name, it in expected.items())
    (FOLDER / "expected.json").write_text(f"{{\n{lines}\n}}\n")
    size = sum(file.stat().st_size for file in FOLDER.rglob("*") if file.is_file())
    print(f"{len(expected)} models, {size / 1024:.0f} KiB")
    assert size <= LIMIT, "the models are too large to be committed"


if __name__ == "__main__":
    main()
