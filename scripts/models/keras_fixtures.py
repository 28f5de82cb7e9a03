"""Writes the small Keras files that the tests of src/keras read, and what Keras makes of them.

test/fixtures/keras/<keras2|keras3>/<model>/model.keras, some also as model.h5,
with expected.json: the inputs, and the outputs that Keras answers. Run it once
with each Keras, which sees to its own folder:

    python -m venv .venv && .venv/bin/pip install -r scripts/models/requirements.txt
    .venv/bin/python scripts/models/keras_fixtures.py            # Keras 3
    python3.11 -m venv .venv215 && .venv215/bin/pip install tensorflow-cpu==2.15.1 'numpy<2'
    .venv215/bin/python scripts/models/keras_fixtures.py         # Keras 2

With names of models after it, it writes those alone. The files are the same each time, but for the last digits of the outputs (five are kept).
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import io
import json
import shutil
import sys
import zipfile
from pathlib import Path

import numpy as np
import tensorflow as tf

keras = tf.keras
layers = keras.layers
MAJOR = int(__import__("keras").__version__.split(".")[0])
FOLDER = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "keras" / f"keras{MAJOR}"

# Also written as model.h5, which cannot be compressed.
AS_HDF5 = {"sequential", "nested", "operations", "attention", "sequences"}
# Keras 2 cannot write the `...` of `x[..., ::-1]`, which is in its own preprocessing, into a .keras.
ONLY_HDF5 = {"operations"} if MAJOR == 2 else set()


def image(size: int = 5, channels: int = 4, name: str = "image"):
    return keras.Input((size, size, channels), name=name)


def convolutions():
    x = image()
    grouped = [] if MAJOR == 2 else [layers.Conv2D(8, 3, groups=2, activation="relu", name="groups")]
    each = [
        layers.Conv2D(3, 3, name="plain"),
        layers.Conv2D(3, (3, 2), strides=(2, 1), padding="same", use_bias=False, name="strides"),
        layers.Conv2D(2, 3, dilation_rate=2, padding="same", activation="tanh", name="dilated"),
        *grouped,
        layers.DepthwiseConv2D(3, depth_multiplier=2, name="depthwise"),
        layers.DepthwiseConv2D(3, strides=2, padding="same", activation="relu6", name="depthwise_strides"),
        layers.DepthwiseConv2D(3, dilation_rate=2, padding="same", name="depthwise_dilated"),
        layers.SeparableConv2D(5, 3, depth_multiplier=2, padding="same", name="separable"),
        layers.SeparableConv2D(3, 3, strides=2, use_bias=False, name="separable_strides"),
        layers.Conv2DTranspose(3, 3, strides=2, padding="same", name="transposed"),
        layers.Conv2DTranspose(2, 3, strides=2, activation="elu", name="transposed_valid"),
        layers.Conv2DTranspose(2, 2, strides=3, use_bias=False, name="transposed_wide"),
        layers.Conv2DTranspose(2, 3, strides=2, padding="same", output_padding=1, name="transposed_padded"),
    ]
    # A convolution of one group for each channel runs on no processor in Keras 2.
    if MAJOR == 3:
        each.append(layers.Conv2D(8, 3, groups=4, name="groups_of_one"))
    return keras.Model(x, [layer(x) for layer in each])


def activations():
    x = image(3)
    names = """linear relu relu6 sigmoid hard_sigmoid swish silu tanh softmax gelu elu selu softplus softsign
        leaky_relu mish exponential hard_silu hard_swish log_softmax""".split()
    if MAJOR == 2:
        names = [name for name in names if name not in ("silu", "hard_silu", "hard_swish", "log_softmax")]
    each = [
        *(layers.Activation(name, name=f"activation_{name}") for name in names),
        layers.ReLU(name="relu"),
        layers.ReLU(max_value=6.0, name="relu_6"),
        layers.ReLU(max_value=1.0, negative_slope=0.2, threshold=0.3, name="relu_all"),
        layers.ReLU(negative_slope=0.1, name="relu_slope"),
        layers.ReLU(max_value=6.0, negative_slope=0.1, name="relu_6_slope"),
        layers.LeakyReLU(name="leaky"),
        layers.PReLU(name="prelu", alpha_initializer=keras.initializers.RandomUniform(0, 1, seed=1)),
        layers.PReLU(
            shared_axes=[1, 2], name="prelu_shared", alpha_initializer=keras.initializers.RandomUniform(0, 1, seed=2)
        ),
        layers.ELU(alpha=0.5, name="elu"),
        layers.Softmax(name="softmax"),
        layers.Dense(3, activation=layers.LeakyReLU(), name="dense_leaky"),
        layers.Dense(3, activation=tf.nn.relu6, name="dense_function"),
    ]
    if MAJOR == 3:
        each.pop()
    return keras.Model(x, [layer(x) for layer in each])


def normalisation():
    x = image()
    flat = layers.GlobalAveragePooling2D(name="flat")(x)
    variance = [1.0, 4.0, 9.0, 0.25]
    return keras.Model(
        x,
        [
            layers.BatchNormalization(name="batch")(x),
            layers.BatchNormalization(scale=False, epsilon=0.01, name="batch_unscaled")(x),
            layers.BatchNormalization(center=False, name="batch_uncentred")(x),
            layers.BatchNormalization(name="batch_flat")(flat),
            layers.BatchNormalization(axis=1, name="batch_rows")(x),
            layers.LayerNormalization(name="layer")(x),
            layers.LayerNormalization(axis=[2, 3], epsilon=0.1, center=False, name="layer_axes")(x),
            layers.Rescaling(1 / 127.5, offset=-1, name="rescaling")(x),
            layers.Rescaling([1.0, 2.0, 3.0, 4.0], name="rescaling_each")(x),
            layers.Normalization(name="learnt")(x),
            layers.Normalization(mean=[0.1, 0.2, 0.3, 0.4], variance=variance, name="given")(x),
            layers.Normalization(mean=0.5, variance=4.0, name="given_one")(x),
            layers.Normalization(mean=[0.1, 0.2, 0.3, 0.4], variance=variance, invert=True, name="inverted")(x),
        ],
    )


def shapes():
    x = image()
    y = image(5, 4, "other")
    row = layers.GlobalAveragePooling2D(name="row")(y)
    pixel = layers.GlobalAveragePooling2D(keepdims=True, name="pixel")(y)
    outputs = [
        layers.Add(name="add")([x, y, pixel]),
        layers.Subtract(name="subtract")([x, y]),
        layers.Multiply(name="multiply")([x, pixel]),
        layers.Average(name="average")([x, y, x]),
        layers.Maximum(name="maximum")([x, y]),
        layers.Minimum(name="minimum")([x, y]),
        layers.Concatenate(name="concatenate")([x, y]),
        layers.Concatenate(axis=1, name="concatenate_rows")([x, y, x]),
        layers.Flatten(name="flatten")(x),
        layers.Reshape((-1, 10), name="reshape")(x),
        layers.Permute((3, 1, 2), name="permute")(x),
        layers.RepeatVector(3, name="repeat")(row),
        layers.ZeroPadding2D(((1, 0), (2, 1)), name="pad")(x),
        layers.Cropping2D(((1, 2), (0, 1)), name="crop")(x),
        layers.UpSampling2D(name="up")(x),
        layers.UpSampling2D((3, 2), interpolation="bilinear", name="up_bilinear")(x),
        layers.Resizing(4, 9, name="resize")(x),
        layers.Resizing(4, 9, interpolation="nearest", name="resize_nearest")(x),
        layers.CenterCrop(3, 4, name="center")(x),
        layers.MaxPooling2D(name="max")(x),
        layers.MaxPooling2D(3, strides=2, padding="same", name="max_same")(x),
        layers.AveragePooling2D((2, 3), name="mean")(x),
        layers.AveragePooling2D(3, strides=2, padding="same", name="mean_same")(x),
        layers.GlobalMaxPooling2D(name="max_all")(x),
        layers.Dense(3, name="dense")(row),
        layers.Dense(3, name="dense_sequence")(layers.Reshape((10, 10), name="sequence")(x)),
        layers.Dense(3, use_bias=False, name="dense_image")(x),
    ]
    return keras.Model([x, y], outputs)


def resizing():
    """Each way to resize, crop and pad, of a picture that is wider than high. Those that WebAssembly lacks are in `smoothing`."""
    x = keras.Input((7, 12, 2), name="image")
    outputs = [
        layers.Resizing(7, 12, interpolation="bicubic", name="unchanged")(x),
        layers.Resizing(5, 5, crop_to_aspect_ratio=True, name="crop_square")(x),
        layers.Resizing(9, 3, crop_to_aspect_ratio=True, interpolation="nearest", name="crop_high")(x),
        layers.Resizing(2, 9, crop_to_aspect_ratio=True, name="crop_wide")(x),
        layers.CenterCrop(4, 5, name="center")(x),
        layers.CenterCrop(8, 5, name="center_small")(x),
        layers.CenterCrop(9, 20, name="center_smaller")(x),
    ]
    if MAJOR == 2:
        return keras.Model(x, [*outputs, layers.RandomCrop(4, 5, name="random")(x), layers.RandomCrop(9, 9, name="random_small")(x)])
    resize = keras.ops.image.resize
    return keras.Model(
        x,
        [
            *outputs,
            layers.RandomCrop(7, 12, name="random_whole")(x),
            layers.Resizing(5, 5, pad_to_aspect_ratio=True, name="pad_square")(x),
            layers.Resizing(6, 40, pad_to_aspect_ratio=True, fill_value=3.5, name="pad_wide")(x),
            layers.Resizing(14, 24, pad_to_aspect_ratio=True, interpolation="nearest", name="pad_none")(x),
            resize(x, (5, 5), interpolation="nearest", crop_to_aspect_ratio=True),
            resize(x, (6, 6), pad_to_aspect_ratio=True, fill_value=-1.0),
            layers.UpSampling2D(2, interpolation="nearest", name="up")(x),
        ],
    )


def smoothing():
    """The ways of resizing that only native TensorFlow has."""
    x = keras.Input((7, 12, 2), name="image")
    methods = ["bicubic", "area", "lanczos3", "lanczos5"] + (["gaussian", "mitchellcubic"] if MAJOR == 2 else [])
    each = [layers.Resizing(*size, interpolation=name) for name in methods for size in ((4, 5), (9, 20))]
    each.append(layers.Resizing(5, 5, interpolation="bicubic", crop_to_aspect_ratio=True))
    if MAJOR == 3:
        names = ("nearest", "bilinear", "bicubic", "area", "lanczos3", "lanczos5")
        each += [layers.Resizing(4, 5, interpolation=name, antialias=True) for name in names]
        each += [layers.UpSampling2D((2, 3), interpolation=name) for name in ("bicubic", "lanczos3", "lanczos5")]
    outputs = [layer(x) for layer in each]
    if MAJOR == 3:
        outputs.append(keras.ops.image.resize(x, (4, 5), interpolation="lanczos3", antialias=True))
    else:
        outputs.append(tf.image.resize(x, (4, 5), method="lanczos3", antialias=True))
    return keras.Model(x, outputs)


def operations():
    """What stands between layers: preprocessing, arithmetic and shapes."""
    x = keras.Input((4, 4, 3), name="image")
    y = keras.applications.mobilenet_v2.preprocess_input(x)
    caffe = keras.applications.resnet50.preprocess_input(x)
    z = layers.GlobalAveragePooling2D(keepdims=True, name="squeezed")(y)
    excite = layers.ReLU(6.0, name="hard")(z + 3.0) * (1.0 / 6.0)
    if MAJOR == 3:
        ops = keras.ops
        others = [
            ops.concatenate([ops.clip(y, -0.5, 0.5), ops.maximum(y, 0.1) ** 2, ops.abs(y)], axis=-1),
            ops.squeeze(ops.mean(y, axis=(1, 2), keepdims=True), 1),
            ops.max(ops.transpose(ops.reshape(y, (-1, 2, 8, 3)), (0, 2, 1, 3)), axis=-1),
            ops.pad(ops.expand_dims(ops.sum(y, axis=3), -1), [[0, 0], [1, 0], [0, 2], [0, 0]]),
            ops.image.resize(y, (3, 5)),
            ops.gelu(ops.hard_sigmoid(y)) + ops.silu(y) + ops.leaky_relu(y) + ops.softmax(y),
            ops.exp(-ops.square(y)) / np.float32([1, 2, 3]),
            ops.stack([y[:, 0], y[:, -1], y[:, 1]], axis=1),
            ops.flip(y, axis=1),
            y[:, 1:, ::2, ::-1],
        ]
    else:
        others = [
            tf.concat([tf.clip_by_value(y, -0.5, 0.5), tf.maximum(y, 0.1) ** 2, tf.abs(y)], axis=-1),
            tf.squeeze(tf.reduce_mean(y, axis=(1, 2), keepdims=True), 1),
            tf.reduce_max(tf.transpose(tf.reshape(y, (-1, 2, 8, 3)), (0, 2, 1, 3)), axis=-1),
            tf.pad(tf.expand_dims(tf.reduce_sum(y, axis=3), -1), [[0, 0], [1, 0], [0, 2], [0, 0]]),
            tf.image.resize(y, (3, 5)),
            tf.nn.gelu(tf.sigmoid(y)) + tf.nn.silu(y) + tf.nn.leaky_relu(y) + tf.nn.softmax(y),
            tf.exp(-tf.square(y)) / np.float32([1, 2, 3]),
            tf.stack([y[:, 0], y[:, -1], y[:, 1]], axis=1),
            tf.reverse(y, axis=[1]),
            y[:, 1:, ::2, ::-1],
        ]
    return keras.Model(x, [caffe, 1 - y, y * excite, *others])


def nested():
    """Models in a model, one shared and one frozen, dropout, augmentation, and outputs by name."""
    augment = keras.Sequential(
        [keras.Input((8, 8, 3)), layers.RandomFlip("horizontal"), layers.RandomRotation(0.1)], name="augment"
    )
    inner = keras.Input((8, 8, 3))
    z = layers.Conv2D(4, 3, padding="same")(inner)
    z = layers.BatchNormalization(scale=False)(z)
    z = layers.Dropout(0.5)(layers.ReLU()(z))
    z = layers.BatchNormalization()(layers.DepthwiseConv2D(3)(z))
    base = keras.Model(inner, z, name="base")
    frozen = keras.Sequential(
        [keras.Input((6, 6, 4)), layers.Conv2D(2, 1), layers.BatchNormalization(), layers.Conv2D(2, 1)], name="frozen"
    )
    frozen.trainable = False
    left = keras.Input((8, 8, 3), name="left")
    right = keras.Input((8, 8, 3), name="right")
    both = layers.Concatenate()([base(augment(left), training=False), base(right)])
    split = layers.Conv2D(4, 1, name="join")(both)
    score = layers.Dense(3, activation="softmax", name="score")(layers.Flatten()(frozen(split)))
    return keras.Model([left, right], {"scores": score, "features": split})


def groups():
    """Normalisation by groups of channels."""
    x = image(5, 6)
    flat = layers.GlobalAveragePooling2D(name="flat")(x)
    each = [
        layers.GroupNormalization(3, name="three"),
        layers.GroupNormalization(-1, epsilon=0.1, name="instances"),
        layers.GroupNormalization(1, scale=False, name="one"),
        layers.GroupNormalization(2, center=False, name="uncentred"),
        layers.GroupNormalization(5, axis=1, name="rows"),
    ]
    return keras.Model(x, [*(layer(x) for layer in each), layers.GroupNormalization(2, name="flat_groups")(flat)])


def attention():
    x = keras.Input((6, 8), name="tokens")
    others = y = keras.Input((4, 5), name="others")
    z = keras.Input((3, 2, 8), name="grid")
    heads = layers.MultiHeadAttention
    scored, scores = heads(2, 3, value_dim=5, name="scored")(x, y, return_attention_scores=True)
    outputs = [
        heads(2, 4, name="own")(x, x),
        heads(3, 2, use_bias=False, dropout=0.1, name="unbiased")(x, y),
        heads(2, 3, output_shape=7, name="wide")(x, y, y),
        heads(2, 3, output_shape=(2, 3), name="wider")(x, x),
        scored,
        scores,
        heads(2, 3, attention_axes=2, name="rows")(z, z),
        heads(2, 3, attention_axes=(1, 2), name="all")(z, z),
        heads(2, 3, name="every")(z, z),
        heads(2, 3, name="causal")(x, x, use_causal_mask=True),
        layers.EinsumDense("abc,cd->abd", output_shape=(None, 5), bias_axes="d", activation="relu", name="dense")(x),
        layers.EinsumDense("...x,xy->...y", output_shape=4, name="dots")(z),
        layers.EinsumDense("...x,xy->...y", output_shape=(3, 4), bias_axes="y", name="dots_biased")(x),
        layers.EinsumDense("abc,cde->abde", output_shape=(None, 2, 3), bias_axes="de", name="heads")(x),
        layers.EinsumDense("abc,ce->aeb", output_shape=(3, None), bias_axes="e", name="turned")(x),
        layers.EinsumDense("ab...,bc->ac...", output_shape=9, bias_axes="c", name="dots_after")(x),
    ]
    if MAJOR == 3:
        grouped = layers.GroupQueryAttention
        y = layers.Dense(8, name="as_wide")(y)
        grouped_scored, grouped_scores = grouped(3, 4, 1, name="g_scored")(x, y, return_attention_scores=True)
        outputs += [
            grouped(3, 4, 2, name="g_own")(x, x),
            grouped(3, 2, 2, use_bias=False, name="g_unbiased")(x, y, y),
            grouped(3, 6, 2, name="g_causal")(x, x, use_causal_mask=True),
            grouped_scored,
            grouped_scores,
            heads(2, 3, use_gate=True, name="gated")(x, y),
            grouped(3, 4, 2, use_gate=True, name="g_gated")(x, y),
        ]
    return keras.Model([x, others, z], outputs)


def sequences():
    """Attention without heads, products of two tensors, and pools along sequences."""
    x = keras.Input((6, 8), name="tokens")
    y = keras.Input((4, 8), name="others")
    z = keras.Input((3, 4, 8), name="grid")
    row = layers.GlobalAveragePooling1D(name="row")(x)
    other = layers.GlobalMaxPooling1D(name="other")(y)
    scored, scores = layers.Attention(use_scale=True, name="scored")([x, y], return_attention_scores=True)
    added, sums = layers.AdditiveAttention(name="added")([x, y], return_attention_scores=True)
    outputs = [
        scored,
        scores,
        added,
        sums,
        layers.Attention(dropout=0.2, name="plain")([x, y, layers.Dense(8, name="keys")(y)]),
        layers.Attention(score_mode="concat", name="concat")([x, y]),
        layers.Attention(score_mode="concat", use_scale=True, name="concat_scaled")([x, y]),
        layers.Attention(name="causal")([x, x], use_causal_mask=True),
        layers.AdditiveAttention(use_scale=False, name="unscaled")([x, y]),
        layers.Dot(axes=1, name="dot_rows")([row, other]),
        layers.Dot(axes=-1, normalize=True, name="cosine")([row, other]),
        layers.Dot(axes=2, name="dot")([x, y]),
        layers.Dot(axes=(2, 1), normalize=True, name="dot_row")([x, other]),
        layers.Dot(axes=(1, 3), name="dot_grid")([row, z]),
        layers.Dot(axes=(2, 3), name="dot_both")([x, z]),
        layers.GlobalAveragePooling1D(keepdims=True, name="kept")(x),
        layers.MaxPooling1D(name="max")(x),
        layers.MaxPooling1D(3, strides=2, padding="same", name="max_same")(x),
        layers.AveragePooling1D(4, strides=1, name="mean")(x),
        layers.AveragePooling1D(3, padding="same", name="mean_same")(y),
    ]
    if MAJOR == 3:
        outputs += [
            layers.AdaptiveAveragePooling1D(4, name="mean_4")(x),
            layers.AdaptiveMaxPooling1D(4, name="max_4")(x),
            layers.AdaptiveMaxPooling1D(3, name="max_3")(x),
            layers.AdaptiveAveragePooling1D(9, name="mean_9")(x),
        ]
    return keras.Model([x, y, z], outputs)


def lengths():
    """Normalisation along every axis, a softmax over several, and layers whose training divides their kernels."""
    x = image(5, 6)
    spectral = layers.SpectralNormalization
    flat = layers.Flatten(name="flat")(x)
    outputs = [
        layers.UnitNormalization(name="unit")(x),
        layers.UnitNormalization(axis=[1, 2], name="unit_axes")(x),
        layers.UnitNormalization(name="unit_zeros")(layers.ReLU(max_value=1.0, threshold=9.0, name="zeros")(x)),
        layers.LayerNormalization(axis=1, name="layer_rows")(x),
        layers.LayerNormalization(axis=[1, 3], epsilon=0.1, name="layer_apart")(x),
        layers.LayerNormalization(axis=(2, 1), scale=False, name="layer_turned")(x),
        layers.LayerNormalization(axis=[1, 2, 3], center=False, name="layer_all")(x),
        layers.Softmax(axis=1, name="softmax_rows")(x),
        layers.Softmax(axis=[1, 2], name="softmax_axes")(x),
        layers.Softmax(axis=(-1,), name="softmax_last")(x),
    ]
    if MAJOR == 3:
        outputs += [
            layers.RMSNormalization(name="rms")(x),
            # Keras 2 cannot read back what it writes of it.
            spectral(layers.Conv2D(4, 3, activation="relu"), name="spectral")(x),
            spectral(layers.DepthwiseConv2D(3, use_bias=False), name="spectral_each")(x),
            spectral(layers.Dense(3), power_iterations=2, name="spectral_dense")(flat),
            layers.RMSNormalization(axis=[1, 3], epsilon=0.1, name="rms_apart")(x),
            layers.LayerNormalization(rms_scaling=True, name="layer_rms")(x),
            layers.LayerNormalization(axis=[1, 2], rms_scaling=True, center=False, name="layer_rms_axes")(x),
            layers.AdaptiveAveragePooling2D((2, 3), name="mean_2_3")(x),
            layers.AdaptiveAveragePooling2D(1, name="mean_1")(x),
            layers.AdaptiveMaxPooling2D((4, 5), name="max_4_5")(x),
            layers.AdaptiveMaxPooling2D(3, name="max_3")(x),
            layers.AdaptiveAveragePooling2D((7, 8), name="mean_larger")(x),
            layers.AutoContrast((-1, 1), name="contrast")(x),
            layers.AutoContrast(name="contrast_flat")(layers.Concatenate(name="partly")([x, x * 0.0])),
            layers.Solarization(0.5, 0.5, name="solar")(x),
        ]
    return keras.Model(x, outputs)


def functions():
    """Functions of keras.ops that stand between the layers of vision models."""
    x = keras.Input((4, 6, 3), name="image")
    flat = layers.Flatten(name="flat")(x)
    ops = keras.ops
    random = np.random.default_rng(5)
    of = lambda *shape: random.uniform(-1, 1, shape).astype(np.float32)  # noqa: E731
    rows = ops.reshape(x, (-1, 4, 18))
    heads = ops.reshape(x, (-1, 4, 3, 6))
    left, middle, right = ops.split(x, 3, axis=-1)
    first, rest = ops.split(x, [1], axis=2)
    mean, variance = ops.moments(x, axes=[1, 2])
    return keras.Model(
        x,
        [
            ops.matmul(rows, ops.swapaxes(rows, 1, 2)),
            ops.matmul(rows, of(18, 2)) + ops.einsum("nij,jk->nik", rows, of(18, 2)),
            ops.einsum("nij,nkj->nki", rows, rows),
            ops.dot_product_attention(heads, heads * 0.5, heads + 1.0),
            ops.concatenate([left * middle, right, ops.repeat(rest, 6, axis=2)[:, :, :6], first - rest[:, :, :1] + x], axis=-1),
            ops.stack(ops.unstack(x, axis=1)[1:3], axis=1),
            ops.tile(ops.roll(x, 2, axis=2), (1, 2, 1, 1)),
            ops.take(ops.moveaxis(x, 1, 3), [2, 0, -1], axis=1) * ops.expand_dims(ops.take(ops.moveaxis(x, 1, 3), 1, axis=1), 1),
            ops.where(x > 0.5, x, x * 2.0) + ops.where(x <= 0.1, ops.zeros_like(x), 3.0),
            ops.normalize(x, axis=-1) + ops.normalize(x, axis=1),
            ops.norm(x, axis=-1) + ops.logsumexp(x, axis=3),
            ops.softmax(x, axis=1) + ops.log_softmax(x, axis=2),
            ops.layer_normalization(x) + ops.rms_normalization(x, scale=of(3)),
            ops.var(x, axis=[1, 2]) + ops.std(x, axis=[1, 2]) * mean - variance,
            ops.batch_normalization(x, of(3), np.abs(of(3)), axis=-1, offset=of(3), scale=of(3)),
            ops.conv(x, of(3, 2, 3, 2), strides=(1, 2), padding="same"),
            ops.depthwise_conv(x, of(3, 3, 3, 2)),
            ops.separable_conv(x, of(2, 2, 3, 1), of(1, 1, 3, 2)),
            ops.max_pool(x, 3, strides=2, padding="same") + ops.average_pool(x, (2, 2)),
            ops.image.pad_images(x, 1, 2, target_height=8, target_width=9),
            ops.image.crop_images(x, 1, 2, target_height=2, target_width=3),
            ops.image.rgb_to_grayscale(x),
            ops.pad(x, ((0, 0), (1, 1), (2, 1), (0, 0)), mode="reflect"),
            ops.pad(x, ((0, 0), (1, 1), (2, 1), (0, 0)), mode="symmetric"),
            ops.pad(x, ((0, 0), (1, 1), (2, 1), (0, 0)), constant_values=2.0),
            ops.squeeze(ops.amax(x, axis=2, keepdims=True)) - ops.amin(x, axis=2),
            ops.sin(x) + ops.cos(x) + ops.arctan(x) + ops.floor(x) + ops.ceil(x) + ops.sign(x),
            ops.erf(x) + ops.expm1(x) + ops.log1p(ops.square(x)) + ops.reciprocal(x + 5.0) + ops.stop_gradient(x),
            ops.matmul(flat, of(72, 3)),
            ops.repeat(x, [1, 0, 3], axis=-1),
        ],
    )


def newer():
    """Activations that Keras 3 has and Keras 2 had not, by name and as functions with their arguments."""
    x = image(3)
    names = """celu glu hard_shrink hard_tanh log_sigmoid soft_shrink sparse_plus sparse_sigmoid sparsemax squareplus
        tanh_shrink""".split()
    ops = keras.ops
    return keras.Model(
        x,
        [
            *(layers.Activation(name, name=f"activation_{name}")(x) for name in names),
            layers.Dense(4, activation="sparsemax", name="dense_sparsemax")(layers.Flatten(name="flat")(x)),
            ops.celu(x, alpha=0.5),
            ops.glu(x, axis=-1),
            ops.hard_shrink(x, threshold=0.2) + ops.soft_shrink(x, threshold=0.3),
            ops.squareplus(x, b=2) + ops.threshold(x, 0.3, -1.0),
            ops.hard_tanh(x) + ops.log_sigmoid(x) + ops.sparse_plus(x) + ops.tanh_shrink(x) + ops.sparse_sigmoid(x),
            ops.sparsemax(x),
        ],
    )


def halves():
    """Weights and policies of 16 bits. All numbers are multiples of 1/2, of which 16 bits have the sums and products too."""
    x = image(3, 2)
    policies = ["float16", "mixed_float16", "mixed_bfloat16"] + (["bfloat16"] if MAJOR == 3 else [])
    return keras.Model(x, [layers.Conv2D(2, 2, dtype=policy, name=policy)(x) for policy in policies])


def sequential():
    return keras.Sequential(
        [
            keras.Input((8, 8, 3), name="picture"),
            layers.Rescaling(1 / 255),
            layers.Conv2D(4, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(3, activation="softmax"),
        ]
    )


MODELS = {
    build.__name__: build
    for build in (convolutions, activations, normalisation, groups, attention, sequences, lengths, shapes, resizing, smoothing, halves, operations, nested, sequential)
}


if MAJOR == 3:
    MODELS["newer"] = newer
    MODELS["functions"] = functions


def give_weights(model, random) -> None:
    """Weights as if trained: none is what its initialiser made of it."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            give_weights(layer, random)
            continue
        weights = layer.get_weights()
        drawn = [random.uniform(0.2, 1.2, w.shape).astype(w.dtype) for w in weights]
        if not isinstance(layer, (layers.BatchNormalization, layers.Normalization, layers.LayerNormalization)):
            drawn = [d - 0.7 if w.ndim > 1 else d * 0.5 for d, w in zip(drawn, weights, strict=True)]
        if layer.compute_dtype != "float32":
            drawn = [np.rint(d.astype(np.float32) * 2) / 2 for d in drawn]
        if weights and not type(layer).__name__.startswith("Random"):
            layer.set_weights(drawn)


def without_chance(value):
    """A config without the addresses of the objects it was made of."""
    if isinstance(value, dict):
        return {key: without_chance(entry) for key, entry in value.items() if key != "shared_object_id"}
    return [without_chance(entry) for entry in value] if isinstance(value, list) else value


def repack(file: Path, compress: bool) -> None:
    """Writes a .keras afresh without times and addresses."""
    with zipfile.ZipFile(file) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    entries["config.json"] = json.dumps(without_chance(json.loads(entries["config.json"]))).encode()
    metadata = json.loads(entries["metadata.json"])
    entries["metadata.json"] = json.dumps({**metadata, "date_saved": "2026-01-01@00:00:00"}).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in entries.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED)
    file.write_bytes(packed.getvalue())


def tensor(array: np.ndarray) -> dict:
    return {"shape": list(array.shape), "values": [float(f"{value:.5g}") for value in array.ravel().tolist()]}


def write(name: str) -> None:
    keras.backend.clear_session()
    keras.utils.set_random_seed(7)
    model = MODELS[name]()
    random = np.random.default_rng(len(name))
    give_weights(model, random)
    folder = FOLDER / name
    folder.mkdir(parents=True)
    if name in AS_HDF5:
        model.save(folder / "model.h5")
    file = folder / "model.h5"
    if name not in ONLY_HDF5:
        file = folder / "model.keras"
        model.save(file)
        # As a real one is stored, the one model that is also tried with bytes gone wrong.
        repack(file, compress=name != "sequential")
    # What is in the file, and not what the layers made of their weights before they got them.
    model = keras.models.load_model(file, safe_mode=False)
    highest = 255 if name in ("operations", "sequential") else 3
    inputs = {
        tensor.name.split(":")[0]: random.uniform(-highest / 3 if highest == 3 else 0, highest, (2, *tensor.shape[1:]))
        .round(0 if name == "halves" else 2)
        .astype(np.float32)
        for tensor in model.inputs
    }
    answer = model(list(inputs.values()) if len(inputs) > 1 else next(iter(inputs.values())), training=False)
    outputs = answer if isinstance(answer, dict) else {
        f"output_{index}": value for index, value in enumerate(answer if isinstance(answer, list) else [answer])
    }
    expected = {
        "inputs": {key: tensor(value) for key, value in inputs.items()},
        "outputs": {key: tensor(np.asarray(value).astype(np.float32)) for key, value in outputs.items()},
    }
    (folder / "expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")


def main() -> None:
    names = sys.argv[1:] or MODELS
    for name in names:
        shutil.rmtree(FOLDER / name, ignore_errors=True)
        write(name)
    size = sum(file.stat().st_size for file in FOLDER.rglob("*") if file.is_file())
    print(f"{len(names)} models of Keras {MAJOR}, {size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
