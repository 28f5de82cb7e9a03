"""Cases of what is fused, of windows that skip pixels, and of boxes. See wasm_ops.py."""

import numpy as np
import tensorflow as tf
from wasm_cases import IMAGE, bools, case, floats, raw

# What fuse.ts makes one op of.
KERNEL, DEPTHWISE, BIAS = tf.constant(floats(3, 3, 4, 5)), tf.constant(floats(3, 3, 4, 1)), tf.constant(floats(5))
WEIGHTS, NARROW = tf.constant(floats(4, 5)), tf.constant(floats(4))


def conv(a, padding="SAME", stride=1):
    return raw.Conv2D(input=a, filter=KERNEL, strides=[1, stride, stride, 1], padding=padding)


def depthwise(a, padding="SAME", stride=1):
    return raw.DepthwiseConv2dNative(input=a, filter=DEPTHWISE, strides=[1, stride, stride, 1], padding=padding)


ACTIVATIONS = {
    "linear": lambda x: x,
    "Relu": tf.nn.relu,
    "Relu6": tf.nn.relu6,
    "Elu": tf.nn.elu,
    "LeakyRelu": lambda x: tf.nn.leaky_relu(x, 0.3),
    "Sigmoid": tf.nn.sigmoid,
    "Tanh": tf.nn.tanh,
}
for label, activation in ACTIVATIONS.items():
    case(lambda a, f=activation: f(raw.BiasAdd(value=conv(a), bias=BIAS)), IMAGE, name=f"fused Conv2D {label}")
    case(lambda a, f=activation: f(raw.BiasAdd(value=depthwise(a), bias=NARROW)), IMAGE, name=f"fused DepthwiseConv2dNative {label}")
    case(lambda a, f=activation: f(raw.BiasAdd(value=tf.matmul(a, WEIGHTS), bias=BIAS)), floats(3, 4), name=f"fused MatMul {label}")
    case(lambda a, f=activation: f(conv(a)), IMAGE, name=f"fused Conv2D without bias {label}")
    case(lambda a, f=activation: f(tf.matmul(a, WEIGHTS)), floats(3, 4), name=f"fused MatMul without bias {label}")
case(lambda a: tf.nn.relu(conv(a) + tf.reshape(BIAS, [1, 1, 1, 5])), IMAGE, name="fused Conv2D with a reshaped bias")
case(lambda a: tf.nn.relu(BIAS + tf.matmul(a, WEIGHTS)), floats(3, 4), name="fused MatMul with a bias on the left")
PADS = [[0, 0], [0, 1], [2, 1], [0, 0]]
case(lambda a: conv(tf.pad(a, PADS), "VALID", 2), IMAGE, name="padded Conv2D")
case(lambda a: tf.nn.relu6(raw.BiasAdd(value=depthwise(tf.pad(a, PADS), "VALID", 2), bias=NARROW)), IMAGE, name="padded DepthwiseConv2dNative")
case(lambda a: conv(raw.PadV2(input=a, paddings=PADS, constant_values=1.5), "VALID"), IMAGE, name="Conv2D padded with ones and a half")
case(lambda a: (lambda x: (x, tf.nn.relu(x)))(raw.BiasAdd(value=conv(a), bias=BIAS)), IMAGE, name="Conv2D whose bias is answered too")

# Windows that skip what is between them: the last one may end before the picture does.
for k, stride in ((1, 2), (2, 3), (2, 4), (3, 4)):
    for height, width in ((8, 8), (9, 14), (5, 7)):
        picture = floats(1, height, width, 4)
        for padding in ("SAME", "VALID"):
            at = f"{k} by {stride} on {height}x{width} {padding}"
            strides = [1, stride, stride, 1]
            case(lambda a, k=tf.constant(floats(k, k, 4, 3)), s=strides, p=padding: raw.Conv2D(input=a, filter=k, strides=s, padding=p), picture, name=f"skipping Conv2D {at}")
            case(lambda a, k=tf.constant(floats(k, k, 4, 1)), s=strides, p=padding: tf.nn.relu(raw.BiasAdd(value=raw.DepthwiseConv2dNative(input=a, filter=k, strides=s, padding=p), bias=NARROW)), picture, name=f"skipping DepthwiseConv2dNative {at}")
            case(lambda a, k=k, s=strides, p=padding: raw.MaxPool(input=a, ksize=[1, k, k, 1], strides=s, padding=p), picture, name=f"skipping MaxPool {at}")
            case(lambda a, k=k, s=strides, p=padding: raw.AvgPool(value=a, ksize=[1, k, k, 1], strides=s, padding=p), picture, name=f"skipping AvgPool {at}")

# Boxes.
BOXES = np.float32([[0, 0, 1, 1], [0, 0.1, 1, 1.1], [0, -0.1, 1, 0.9], [0, 10, 1, 11], [0, 10.1, 1, 11.1], [0, 100, 1, 101]])
SCORES = np.float32([0.9, 0.75, 0.6, 0.95, 0.5, 0.3])
for op in "NonMaxSuppressionV2 NonMaxSuppressionV3".split():
    extra = {"score_threshold": 0.4} if op.endswith("3") else {}
    case(lambda a, b, op=op, extra=extra: getattr(raw, op)(boxes=a, scores=b, max_output_size=3, iou_threshold=0.5, **extra), BOXES, SCORES)
case(lambda a: raw.Where(condition=a), bools(3, 5))
