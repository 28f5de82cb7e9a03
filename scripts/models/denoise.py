"""Trains the bundled noise remover and writes models/denoise/1.

Input `image`: a scalar string, an encoded PNG of any size. Output `image`: a
scalar string, the PNG (RGB, eight bits) of the same size with less noise.

The same bytes on every machine
-------------------------------
Floating-point sums depend on their order, and the order on the processor, the
thread count and the library. Here no sum is ever rounded, so no order matters:

- Every activation is an integer from 0 to 255, held in float32: each layer ends
  in floor(x + 1/2) and a clip.
- Every weight is a multiple of 1/128, at most 3/2 in size; every bias is an odd
  multiple of 1/256. So all products and partial sums are multiples of 1/256.
- A multiple of 1/256 below 2^16 is a whole number of 256ths below 2^24, which
  float32 holds exactly. The largest sum of 9 x 16 products is
  144 x 255 x 3/2 = 55,080, and `check_exact` asserts the bound, bias and
  residual included, for the weights as trained.

The odd bias keeps every sum at least 1/256 away from the half at which rounding
changes. So even an algorithm that is not exact (Winograd or Fourier
convolutions on another device) gives the same bytes while its error stays below
1/256. Weights and activations have at most eight significant bits, so TF32 and
bfloat16 multiplications lose nothing either.

`--evaluate` trains nothing: it gives the model that is there fresh pictures.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import argparse
import shutil
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from drawing import SHAPES, SPLITS, draw, noisy

EXPORT = Path(__file__).resolve().parents[2] / "models" / "denoise" / "1"
CHANNELS = [3, 16, 16, 16, 3]
LARGEST = 192  # of a weight, in 128ths
PATCH, BATCH, STEPS = 48, 32, 3_000
TRAIN, TEST = 3_000, 200


class Layer(tf.Module):
    """A 3×3 convolution whose trained numbers are rounded before they are used.

    Rounding has no gradient; training pretends that it is the identity.
    """

    def __init__(self, inputs: int, outputs: int, spread: float):
        self.weights = tf.Variable(tf.random.normal([3, 3, inputs, outputs], stddev=spread))
        self.bias = tf.Variable(tf.zeros([outputs]))  # in units of 32 grey levels

    def kernel(self) -> tf.Tensor:
        """Multiples of 1/128 from -3/2 to 3/2, float32 [3, 3, inputs, outputs]."""
        return tf.clip_by_value(through(tf.round, self.weights * 128.0), -LARGEST, LARGEST) / 128.0

    def offset(self) -> tf.Tensor:
        """Odd multiples of 1/256, float32 [outputs]."""
        return (through(tf.floor, self.bias * 32.0 * 128.0) + 0.5) / 128.0


def nearest(x: tf.Tensor) -> tf.Tensor:
    """The nearest whole number."""
    return tf.floor(x + 0.5)


def through(rounding, x: tf.Tensor) -> tf.Tensor:
    """The rounded x, with x's own gradient."""
    return x + tf.stop_gradient(rounding(x) - x)


def remove_noise(pixels: tf.Tensor, layers: list[tuple], rounding=nearest) -> tf.Tensor:
    """Integers 0..255 in float32 [n, h, w, 3] -> the same, less noisy. The last layer adds to its input."""
    x = pixels
    for number, (kernel, offset) in enumerate(layers, start=1):
        x = tf.nn.bias_add(tf.nn.conv2d(x, kernel, 1, "SAME"), offset)
        if number == len(layers):
            x = pixels + x
        x = tf.clip_by_value(rounding(x), 0.0, 255.0)
    return x


def pictures_of(index: int, split: str) -> tuple[np.ndarray, np.ndarray]:
    """A clean drawn picture and its noisy twin: uint8 [h, w, 3] each, from 96 to 192 pixels a side."""
    rng = np.random.default_rng([SPLITS[split], 1_000_000 + index])
    size = tuple(rng.integers(96, 193, 2).tolist())
    clean = draw(rng, SHAPES[index % len(SHAPES)], size)
    return np.asarray(clean), np.asarray(noisy(rng, clean, rng.uniform(10, 35)))


def pictures(split: str, count: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """The first `count` clean and noisy pairs of the split."""
    with ProcessPoolExecutor(2) as pool:
        return list(pool.map(partial(pictures_of, split=split), range(count), chunksize=50))


def train(layers: list[Layer]) -> None:
    """Trains in place on random patches, by the mean squared error of the answers as they will be served."""
    drawn = pictures("train", TRAIN)
    rng = np.random.default_rng(1)
    variables = [variable for layer in layers for variable in layer.trainable_variables]
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, STEPS))
    optimizer.build(variables)

    @tf.function
    def step(clean, spoilt):
        with tf.GradientTape() as tape:
            rounded = [(layer.kernel(), layer.offset()) for layer in layers]
            answer = remove_noise(spoilt, rounded, partial(through, nearest))
            loss = tf.reduce_mean(tf.square(answer - clean)) / 255.0
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return loss

    losses = []
    for number in range(1, STEPS + 1):
        patches = []
        for index in rng.integers(len(drawn), size=BATCH):
            pair = np.stack(drawn[index])
            top, left = rng.integers(0, pair.shape[1] - PATCH + 1), rng.integers(0, pair.shape[2] - PATCH + 1)
            patches.append(pair[:, top : top + PATCH, left : left + PATCH])
        batch = np.stack(patches, axis=1).astype(np.float32)
        losses.append(float(step(batch[0], batch[1])))
        if number % 250 == 0:
            print(f"step {number}: mean squared error {np.mean(losses) * 255:.1f}")
            losses.clear()


def check_exact(layers: list[tuple[np.ndarray, np.ndarray]]) -> None:
    """Asserts what the module's docstring promises of the trained numbers."""
    for kernel, offset in layers:
        assert np.array_equal(kernel * 128, np.rint(kernel * 128)) and np.abs(kernel).max() <= LARGEST / 128
        assert np.all(offset * 256 % 2 == 1)
        largest = 255 * np.abs(kernel.astype(np.float64)).sum(axis=(0, 1, 2)) + np.abs(offset) + 255 + 0.5
        assert largest.max() < 2**16, f"a sum may reach {largest.max()}"
        print(f"{kernel.shape[2]:>2} -> {kernel.shape[3]:>2} channels: no sum above {largest.max():,.0f} of 65,536")


def servable(layers: list[tuple[np.ndarray, np.ndarray]]) -> tf.Module:
    """The module to export: plain operations, with the weights as constants."""

    class Denoise(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([], tf.string, name="image")])
        def serve(self, image):
            pixels = tf.cast(tf.io.decode_png(image, channels=3), tf.float32)
            answer = remove_noise(pixels[tf.newaxis], layers)[0]
            return {"image": tf.io.encode_png(tf.cast(answer, tf.uint8))}

    return Denoise()


def psnr(first: np.ndarray, second: np.ndarray) -> float:
    """Peak signal-to-noise ratio in dB of two pictures of eight-bit samples."""
    return float(10 * np.log10(255**2 / np.mean((first.astype(np.float64) - second) ** 2)))


def report(split: str) -> None:
    """Prints what the exported model gains on the noisy pictures of a split that training never saw."""
    model = tf.saved_model.load(str(EXPORT))
    serve = model.signatures["serving_default"]
    before, after = [], []
    for clean, spoilt in pictures(split, TEST):
        answer = tf.io.decode_png(serve(image=tf.io.encode_png(spoilt))["image"]).numpy()
        before.append(psnr(clean, spoilt))
        after.append(psnr(clean, answer))
    print(f"PSNR {np.mean(before):.2f} dB -> {np.mean(after):.2f} dB on {TEST} {split} pictures")
    gains = np.subtract(after, before)
    print(f"the least gain {gains.min():+.2f} dB, {np.mean(gains < 4):.1%} gain less than 4 dB")
    size = sum(file.stat().st_size for file in EXPORT.rglob("*") if file.is_file())
    print(f"{size / 1024:.0f} KiB on disk")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--evaluate", action="store_true", help="only measure the model that is there")
    if arguments.parse_args().evaluate:
        return report("fresh")
    keras.utils.set_random_seed(1)
    layers = [
        Layer(inputs, outputs, spread=0.02 if outputs == 3 else (2 / (9 * inputs)) ** 0.5)
        for inputs, outputs in zip(CHANNELS, CHANNELS[1:])
    ]
    train(layers)
    trained = [(layer.kernel().numpy(), layer.offset().numpy()) for layer in layers]
    check_exact(trained)
    shutil.rmtree(EXPORT, ignore_errors=True)
    module = servable(trained)
    tf.saved_model.save(module, str(EXPORT), {"serving_default": module.serve})
    report("test")


if __name__ == "__main__":
    main()
