"""Scales and offsets of channels, beside all that they can and cannot be folded into."""

import numpy as np
import tensorflow as tf

from graphs.graph import call, graph_v1, v1

rng = np.random.default_rng(3)
SIDE = 4
PIXELS = np.round(rng.normal(size=(1, SIDE, SIDE, 4)), 1)
ROWS = np.round(rng.normal(size=(2, 4)), 1)


def weights(*shape: int) -> tf.Variable:
    return variable(rng.normal(size=shape))


def variable(values: np.ndarray) -> tf.Variable:
    return v1.Variable(values.astype(np.float32), use_resource=False)


class Norm:
    """A batch norm's numbers; its scales have a negative one and a zero."""

    def __init__(self, channels: int, epsilon: float = 0.001):
        scale, variance = rng.normal(size=channels), np.abs(rng.normal(size=channels))
        scale[:2] = -0.7, 0.0
        self.scale, self.variance = variable(scale), variable(variance)
        self.offset, self.mean = weights(channels), weights(channels)
        self.epsilon = epsilon

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        return tf.raw_ops.FusedBatchNormV3(
            x=x,
            scale=self.scale,
            offset=self.offset,
            mean=self.mean,
            variance=self.variance,
            epsilon=self.epsilon,
            is_training=False,
        ).y

    def unfused(self, x: tf.Tensor) -> tf.Tensor:
        return tf.nn.batch_normalization(x, self.mean, self.variance, self.offset, self.scale, self.epsilon)


def convolution(x, kernel, stride=1, padding="SAME", **more):
    return tf.nn.conv2d(x, kernel, stride, padding, **more)


def variants() -> dict:
    """By name: picture -> tensor."""
    kernel, pointwise, grouped = weights(3, 3, 4, 5), weights(1, 1, 4, 4), weights(3, 3, 2, 6)
    depthwise, twice, backwards = weights(3, 3, 4, 1), weights(3, 3, 4, 2), weights(3, 3, 5, 4)
    bias, five, other, six, four, eight = weights(5), Norm(5), Norm(5, 0.01), Norm(6), Norm(4), Norm(8)
    here = weights(SIDE, SIDE, 1)
    strides = [1, 2, 2, 1]
    around = [[0, 0], [1, 2], [2, 1], [0, 0]]
    return {
        "conv": lambda x: five(convolution(x, kernel)),
        "conv_valid": lambda x: five(convolution(x, kernel, 2, "VALID")),
        "conv_dilated": lambda x: five(convolution(x, kernel, dilations=2)),
        "conv_grouped": lambda x: six(convolution(x, grouped)),
        "conv_padded": lambda x: five(convolution(x, kernel, 1, around)),
        "conv_bias": lambda x: tf.nn.relu(five(tf.nn.bias_add(convolution(x, kernel), bias))),
        "conv_unfused": lambda x: five.unfused(convolution(x, kernel)),
        "conv_transposed": lambda x: five(tf.nn.conv2d_transpose(x, backwards, [tf.shape(x)[0], 2 * SIDE, 2 * SIDE, 5], 2)),
        "depthwise": lambda x: four(tf.nn.depthwise_conv2d(x, depthwise, strides, "SAME")),
        "depthwise_twice": lambda x: eight(tf.nn.depthwise_conv2d(x, twice, [1, 1, 1, 1], "VALID")),
        "before_valid": lambda x: convolution(four(x), kernel, 1, "VALID"),
        "before_same": lambda x: convolution(four(x), kernel),
        "before_relu": lambda x: convolution(tf.nn.relu(four(x)), kernel),
        "before_depthwise": lambda x: tf.nn.depthwise_conv2d(four(x), twice, strides, "SAME"),
        "second_consumer": lambda x: five(y := convolution(x, kernel)) + tf.nn.relu(y),
        "shared_kernel": lambda x: five(convolution(x, kernel)) - other(convolution(x, kernel, 1, "SAME")),
        "kernel_with_and_without": lambda x: five(convolution(x, kernel)) - convolution(x * 2.0, kernel),
        "two_norms": lambda x: other(five(convolution(x, kernel))),
        "norm_between": lambda x: convolution(four(convolution(x, pointwise)), kernel, 1, "VALID"),
        "after_relu": lambda x: five(tf.nn.relu(convolution(x, kernel))),
        "alone": lambda x: four(x),
        "constant": lambda x: x + four(tf.ones([1, SIDE, SIDE, 4])),
        "by_place": lambda x: convolution(x, kernel) * here,
        "by_number": lambda x: (convolution(x, kernel) * 2.0 - 1.0) / 4.0,
        "by_itself": lambda x: (y := convolution(x, kernel)) * y,
        "number_less": lambda x: 1.0 - convolution(x, kernel),
        "more_dimensions": lambda x: convolution(x, kernel) * tf.reshape(bias, [1, 1, 1, 1, 5]),
        "both_sides": lambda x: five(convolution(x, kernel)) + other(convolution(x, kernel)),
        "pooled": lambda x: tf.nn.avg_pool2d(five(convolution(x, kernel)), 2, 2, "SAME") * 0.5,
        "padded_before": lambda x: convolution(tf.pad(four(x), around), kernel, 1, "VALID"),
    }


with v1.Graph().as_default():
    NAMES = list(variants())


@graph_v1(*(call(name, x=PIXELS) for name in NAMES))
def batch_norms():
    x = v1.placeholder(tf.float32, [None, SIDE, SIDE, 4])
    return {name: ({"x": x}, {"y": variant(x)}) for name, variant in variants().items()}


@graph_v1(*(call(name, x=ROWS) for name in ("fused", "unfused", "biased", "transposed", "einsum", "shared")))
def norms_of_rows():
    """Behind products of matrices."""
    x = v1.placeholder(tf.float32, [None, 4])
    five, kernel, turned, bias = Norm(5), weights(4, 5), weights(5, 4), weights(5)
    product = tf.matmul(x, kernel)
    outputs = {
        "fused": tf.reshape(five(tf.reshape(product, [-1, 1, 1, 5])), [-1, 5]),
        "unfused": five.unfused(tf.matmul(x, kernel)),
        "biased": five.unfused(tf.nn.bias_add(tf.matmul(x, kernel), bias)),
        "transposed": five.unfused(tf.matmul(x, turned, transpose_b=True)),
        "einsum": five.unfused(tf.einsum("ab,bc->ac", x, kernel)),
        "shared": five.unfused(y := tf.matmul(x, kernel)) - tf.matmul(x * x, kernel) + y,
    }
    return {name: ({"x": x}, {"y": y}) for name, y in outputs.items()}
