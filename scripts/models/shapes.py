"""Trains the bundled classifier of drawn shapes and writes models/shapes/1 and labels/shapes.json.

Input `image`: float32 [n, 64, 64, 3], RGB, stretched to 64×64 and scaled from
0..255 to -1..1 (x / 127.5 - 1). Output `probabilities`: float32 [n, 10], a
softmax over drawing.SHAPES.

`--evaluate` trains nothing: it asks the model that is there about fresh pictures.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import argparse
import json
import shutil
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from drawing import SHAPES, examples

ROOT = Path(__file__).resolve().parents[2]
EXPORT = ROOT / "models" / "shapes" / "1"
SIDE, BATCH, EPOCHS = 64, 128, 9
TRAIN, VALIDATION, TEST = 40_000, 2_000, 4_000


def convolution(x, filters: int, stride: int = 1, separable: bool = False):
    """A 3×3 convolution, plain or depthwise-separable, with batch norm and ReLU6."""
    if separable:
        x = layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        x = layers.ReLU(6.0)(x)
        x = layers.Conv2D(filters, 1, use_bias=False)(x)
    else:
        x = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    return layers.ReLU(6.0)(x)


def build() -> keras.Model:
    """The untrained network: six 3×3 convolutions, from 64×64 down to 4×4, then the average."""
    image = keras.Input((SIDE, SIDE, 3), name="image")
    x = convolution(image, 16, stride=2)
    x = convolution(x, 32, stride=2)
    x = convolution(x, 64)
    x = layers.MaxPooling2D()(x)
    x = convolution(x, 96)
    x = convolution(x, 128, separable=True)
    x = layers.MaxPooling2D()(x)
    x = convolution(x, 192, separable=True)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.2)(x)
    x = layers.Dense(len(SHAPES))(x)
    return keras.Model(image, layers.Softmax(name="probabilities")(x), name="shapes")


def scaled(pixels):
    """0..255 -> -1..1 as float32: the server's `scale: tf`."""
    return tf.cast(pixels, tf.float32) / 127.5 - 1.0


def augmented(pixels, labels):
    """A batch with flips, a little brightness and contrast, and noise below what decoders and resizers differ by."""
    image = tf.image.random_flip_left_right(tf.image.random_flip_up_down(scaled(pixels)))
    each = [tf.shape(image)[0], 1, 1, 1]
    image = image * tf.random.uniform(each, 0.85, 1.15) + tf.random.uniform(each, -0.1, 0.1)
    image += tf.random.normal(tf.shape(image), stddev=0.012)
    return tf.clip_by_value(image, -1.0, 1.0), labels


def train(model: keras.Model) -> None:
    """Trains in place and prints each epoch's accuracy, on the validation split too."""
    pixels, labels = examples("train", TRAIN)
    batches = (
        tf.data.Dataset.from_tensor_slices((pixels, keras.utils.to_categorical(labels)))
        .shuffle(TRAIN, seed=1)
        .batch(BATCH, drop_remainder=True)
        .map(augmented)
        .prefetch(2)
    )
    unseen, answers = examples("validation", VALIDATION)
    steps = EPOCHS * (TRAIN // BATCH)
    rate = keras.optimizers.schedules.CosineDecay(0.0, steps - 300, warmup_target=3e-3, warmup_steps=300)
    model.compile(
        optimizer=keras.optimizers.AdamW(rate, weight_decay=1e-3),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.02),
        metrics=["accuracy"],
    )
    model.fit(
        batches,
        epochs=EPOCHS,
        validation_data=(scaled(unseen).numpy(), keras.utils.to_categorical(answers)),
        verbose=2,
    )


def export(model: keras.Model) -> None:
    """Writes the SavedModel with serving_default: image -> probabilities, and the labels beside it."""
    shutil.rmtree(EXPORT, ignore_errors=True)
    served = keras.Model(model.input, {"probabilities": model.output}, name="shapes")
    served.export(EXPORT, verbose=False)
    labels = ROOT / "labels" / "shapes.json"
    labels.parent.mkdir(exist_ok=True)
    labels.write_text(json.dumps(SHAPES) + "\n")


def report(split: str) -> None:
    """Prints the exported model's accuracy on a split that training never saw."""
    model = tf.saved_model.load(str(EXPORT))
    serve = model.signatures["serving_default"]
    pixels, labels = examples(split, TEST)
    guesses = np.concatenate(
        [
            serve(image=scaled(pixels[start : start + 500]))["probabilities"].numpy().argmax(axis=1)
            for start in range(0, TEST, 500)
        ]
    )
    right = guesses == labels
    for index, name in enumerate(SHAPES):
        print(f"{name:>10} {right[labels == index].mean():7.2%}")
    print(f"{'all':>10} {right.mean():7.2%} of {TEST} {split} pictures")
    size = sum(file.stat().st_size for file in EXPORT.rglob("*") if file.is_file())
    print(f"{size / 1024:.0f} KiB on disk")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--evaluate", action="store_true", help="only measure the model that is there")
    if arguments.parse_args().evaluate:
        return report("fresh")
    keras.utils.set_random_seed(1)
    model = build()
    print(f"{model.count_params()} parameters")
    train(model)
    export(model)
    report("test")


if __name__ == "__main__":
    main()
