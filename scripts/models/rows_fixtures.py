"""Writes SavedModels that keep the rows of a batch apart, or mix them, in one way each: test/fixtures/rows/<name>/1/.

`boxes` lists the boxes of all pictures one below the other: of a picture with the value v it has v mod 4, and each holds v. `ways` has a
signature for each way, and expected.json says of each whether its rows are independent, with rows and what TensorFlow answers each of
them alone. Run it from anywhere; it replaces what it wrote before:

    python -m venv .venv && .venv/bin/pip install -r scripts/models/requirements.txt
    .venv/bin/python scripts/models/rows_fixtures.py
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import json
import shutil
from pathlib import Path

import numpy as np
import tensorflow as tf

FOLDER = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "rows"
LIMIT = 400 * 1024  # bytes of all together
OPTIONS = tf.saved_model.SaveOptions(experimental_debug_stripper=True)
RNG = np.random.default_rng(5)

VECTOR = {"x": tf.TensorSpec([None, 4], tf.float32, "x")}
PICTURE = {"x": tf.TensorSpec([None, 6, 6, 3], tf.float32, "x")}
OPEN = {"x": tf.TensorSpec([None, None, None, 3], tf.float32, "x")}
SEQUENCE = {"x": tf.TensorSpec([None, 3, 4], tf.float32, "x")}
NUMBERS = {"x": tf.TensorSpec([None, 3], tf.int32, "x")}
TWO = {"a": tf.TensorSpec([None, 4], tf.float32, "a"), "b": tf.TensorSpec([None, 4], tf.float32, "b")}


def constant(*shape):
    return tf.constant(RNG.normal(size=shape).astype(np.float32))


SQUARE, WIDE, FILTER, DEPTHWISE, TABLE, PICTURES_TO = (
    constant(4, 4),
    constant(4, 12),
    constant(3, 3, 3, 4),
    constant(3, 3, 3, 1),
    constant(4, 4),
    constant(108, 4),
)
TOKEN, GAMMA = constant(1, 1, 4), constant(3)
BOXES = tf.constant([[0, 0, 1, 1], [0, 0, 2, 2], [5, 5, 6, 6], [0, 0, 1.1, 1]], tf.float32)


def batch_norm(x, training):
    return tf.compat.v1.nn.fused_batch_norm(x, GAMMA, GAMMA, GAMMA, tf.abs(GAMMA), is_training=training)[0]


def attention(x):
    queries, keys, values = tf.unstack(tf.reshape(tf.matmul(x, WIDE), [-1, 3, 3, 4]), axis=2)
    weights = tf.nn.softmax(tf.einsum("bqd,bkd->bqk", queries, keys))
    return tf.einsum("bqk,bkd->bqd", weights, values)


def heads(x):
    """As timm and Hugging Face do it: the batch goes to the second axis and back."""
    rows = tf.shape(x)[0]
    parts = tf.transpose(tf.reshape(tf.tensordot(x, WIDE, 1), [rows, 3, 3, 2, 2]), [2, 0, 3, 1, 4])
    weights = tf.nn.softmax(tf.matmul(parts[0], parts[1], transpose_b=True))
    return tf.reshape(tf.transpose(tf.matmul(weights, parts[2]), [0, 2, 1, 3]), [rows, 3, 4])


def windows(x):
    """As a Swin transformer does it."""
    parts = tf.reshape(tf.transpose(tf.reshape(x, [-1, 3, 2, 3, 2, 3]), [0, 1, 3, 2, 4, 5]), [-1, 4, 3])
    parts = parts - tf.reduce_mean(parts, axis=1, keepdims=True)
    parts = tf.transpose(tf.reshape(parts, [-1, 3, 3, 2, 2, 3]), [0, 1, 3, 2, 4, 5])
    return tf.reshape(parts, [-1, 6, 6, 3])


def layer_norm(x):
    mean, variance = tf.nn.moments(x, axes=[-1], keepdims=True)
    return (x - mean) * tf.math.rsqrt(variance + 1e-3)


def fused_layer_norm(x):
    """As Keras 2 does it: a batch norm in training mode, whose channels are the rows."""
    rows = tf.shape(x)[0] * 3
    ones, zeros = tf.ones([rows]), tf.zeros([rows])
    y = tf.compat.v1.nn.fused_batch_norm(tf.reshape(x, [1, rows, 4, 1]), ones, zeros, data_format="NCHW")[0]
    return tf.reshape(y, tf.shape(x))


def asserted(x):
    with tf.control_dependencies([tf.debugging.assert_less(x, 1e6)]):
        return x * 2


def combined_nms(x):
    scores = tf.nn.sigmoid(x)[:, :, None]
    boxes = tf.tile(BOXES[None, :, None, :], [tf.shape(x)[0], 1, 1, 1])
    return tf.image.combined_non_max_suppression(boxes, scores, 3, 3)[0]


# Whether the rows are independent, the inputs, and what is computed.
WAYS = {
    "dense": (True, VECTOR, lambda x: tf.nn.gelu(tf.matmul(x, SQUARE))),
    "softmax": (True, VECTOR, tf.nn.softmax),
    "sorted_in_rows": (True, VECTOR, lambda x: tf.sort(x, axis=1)),
    "best_of_rows": (True, VECTOR, lambda x: tf.math.top_k(x, 2)[0]),
    "index_of_best": (True, VECTOR, lambda x: tf.one_hot(tf.argmax(x, 1), 4)),
    "sums_in_rows": (True, VECTOR, lambda x: tf.cumsum(x, axis=1) - tf.reduce_max(x, axis=-1, keepdims=True)),
    "reversed_in_rows": (True, VECTOR, lambda x: tf.reverse(x, [1])),
    "chosen": (True, VECTOR, lambda x: tf.where(x > 0, x, tf.exp(x))),
    "padded_columns": (True, VECTOR, lambda x: tf.concat([tf.pad(x, [[0, 0], [1, 1]])[:, 1:-1], x], -1)),
    "two_inputs": (True, TWO, lambda a, b: tf.concat([a * b, a - b], axis=1)),
    "rows_of_ones": (True, VECTOR, lambda x: x + tf.ones([tf.shape(x)[0], 1])),
    "own_matrix": (True, VECTOR, lambda x: tf.linalg.matvec(x[:, :, None] * x[:, None, :], x)),
    "combined_nms": (True, VECTOR, combined_nms),
    "embedded": (True, NUMBERS, lambda x: tf.gather(TABLE, tf.clip_by_value(x, 0, 3))),
    "picked": (True, NUMBERS, lambda x: tf.gather(x, tf.clip_by_value(x, 0, 2), batch_dims=1)),
    "convolved": (True, PICTURE, lambda x: tf.reshape(tf.nn.conv2d(x, FILTER, 2, "SAME"), [-1, 36])),
    "flattened": (True, PICTURE, lambda x: tf.matmul(tf.reshape(x, [tf.shape(x)[0], 108]), PICTURES_TO)),
    "dilated": (
        True,
        PICTURE,
        lambda x: tf.nn.with_space_to_batch(
            x, [2, 2], "SAME", lambda y, *_: tf.nn.depthwise_conv2d(y, DEPTHWISE, [1] * 4, "VALID"), [3, 3]
        ),
    ),
    "batch_norm": (True, PICTURE, lambda x: batch_norm(x, False)),
    "resized": (True, OPEN, lambda x: tf.reduce_mean(tf.image.resize(x, [4, 4]), [1, 2])),
    "open_sizes": (True, OPEN, lambda x: tf.reduce_max(tf.nn.max_pool2d(x, 2, 2, "SAME"), [1, 2])),
    "standardised": (True, PICTURE, tf.image.per_image_standardization),
    "windows": (True, PICTURE, windows),
    "bgr": (True, PICTURE, lambda x: tf.stack(tf.unstack(x, axis=-1)[::-1], axis=-1)),
    "attention": (True, SEQUENCE, attention),
    "heads": (True, SEQUENCE, heads),
    "layer_norm": (True, SEQUENCE, layer_norm),
    "fused_layer_norm": (True, SEQUENCE, fused_layer_norm),
    "token": (
        True,
        SEQUENCE,
        lambda x: tf.concat([tf.broadcast_to(TOKEN, [tf.shape(x)[0], 1, 4]), x], axis=1),
    ),
    "where": (False, VECTOR, lambda x: tf.cast(tf.where(x > 0), tf.float32)),
    "boolean_mask": (False, VECTOR, lambda x: tf.boolean_mask(x, x[:, 0] > 0)),
    "unique": (False, VECTOR, lambda x: tf.unique(tf.round(x[:, 0]))[0]),
    "ragged": (False, VECTOR, lambda x: tf.RaggedTensor.from_tensor(x, lengths=tf.cast(x[:, 0] > 0, tf.int64)).flat_values),
    "boxes_left": (
        False,
        VECTOR,
        lambda x: tf.gather(x, tf.image.non_max_suppression(x, x[:, 0], 8)),
    ),
    "kept": (False, VECTOR, lambda x: tf.gather(x, tf.where(x[:, 0] > 0)[:, 0])),
    "first_taken_off": (False, VECTOR, lambda x: x - x[0]),
    "first_row": (False, VECTOR, lambda x: x[:1]),
    "mean_taken_off": (False, VECTOR, lambda x: x - tf.reduce_mean(x, axis=0)),
    "mean_of_all": (False, VECTOR, lambda x: x / tf.reduce_max(tf.abs(x))),
    "sorted": (False, VECTOR, lambda x: tf.sort(x, axis=0)),
    "ranked": (False, VECTOR, lambda x: tf.gather(x, tf.argsort(x[:, 0]))),
    "sums": (False, VECTOR, lambda x: tf.cumsum(x, axis=0)),
    "reversed": (False, VECTOR, lambda x: tf.reverse(x, [0])),
    "reversed_by_slice": (False, VECTOR, lambda x: x[::-1]),
    "rolled": (False, VECTOR, lambda x: tf.roll(x, 1, 0)),
    "products": (False, VECTOR, lambda x: tf.matmul(x, x, transpose_b=True)),
    "covariance": (False, VECTOR, lambda x: tf.matmul(x, tf.matmul(x, x, transpose_a=True))),
    "einsum": (False, VECTOR, lambda x: tf.einsum("ij,kj,kl->il", x, x, x)),
    "softmax_of_rows": (False, VECTOR, lambda x: tf.nn.softmax(x, axis=0)),
    "softmax_of_a_vector": (False, VECTOR, lambda x: tf.nn.softmax(x[:, 0])),
    "squeezed": (False, VECTOR, lambda x: tf.squeeze(x[:, :1])),
    "turned": (False, VECTOR, lambda x: tf.reshape(tf.transpose(x), tf.shape(x))),
    "halves": (False, VECTOR, lambda x: tf.reshape(x, [-1, 2])),
    "twice": (False, VECTOR, lambda x: tf.concat([x, x], 0)),
    "repeated": (False, VECTOR, lambda x: tf.repeat(x, 2, axis=0)),
    "one_more": (False, VECTOR, lambda x: tf.pad(x, [[0, 1], [0, 0]])),
    "numbered": (False, VECTOR, lambda x: x + tf.cast(tf.range(tf.shape(x)[0]), tf.float32)[:, None]),
    "divided_by_count": (False, VECTOR, lambda x: x / tf.cast(tf.shape(x)[0], tf.float32)),
    "how_many": (False, VECTOR, lambda x: tf.fill(tf.shape(x)[:1], tf.shape(x)[0])),
    "outer": (False, VECTOR, lambda x: x[:, None, 0] - x[None, :, 0]),
    "neighbours": (False, VECTOR, lambda x: tf.nn.conv1d(x[None], constant(3, 4, 4), 1, "SAME")[0]),
    "batch_norm_in_training": (False, PICTURE, lambda x: batch_norm(x, True)),
    "norm_of_batch": (False, VECTOR, lambda x: x / tf.norm(x)),
    "joined": (False, TWO, lambda a, b: tf.matmul(a, b, transpose_b=True)),
    "looked_up": (False, TWO, lambda a, b: tf.gather(b, tf.argmax(a, 1) % tf.shape(b, tf.int64)[0])),
    "segments": (False, VECTOR, lambda x: tf.math.segment_sum(x, tf.range(tf.shape(x)[0]) // 2)),
}


def rows_for(inputs) -> list[dict]:
    """Three rows, whose values are far apart."""
    rows = []
    for scale in (1, 8, 3):
        row = {}
        for name, spec in inputs.items():
            shape = [1, *(size or 6 for size in spec.shape[1:])]
            drawn = RNG.normal(size=shape) * scale
            row[name] = np.abs(drawn).astype(np.int32) if spec.dtype == tf.int32 else drawn.round(1).astype(np.float32)
        rows.append(row)
    return rows


def answering(compute):
    def named(**given):
        return {"y": compute(*given.values())}

    return named


def write_ways() -> dict:
    module = tf.Module()
    signatures, expected = {}, {}
    for name, (independent, inputs, compute) in WAYS.items():
        function = tf.function(answering(compute))
        concrete = function.get_concrete_function(**inputs)
        signatures[name] = concrete
        cases = []
        for row in rows_for(inputs):
            answer = concrete(**{key: tf.constant(value) for key, value in row.items()})["y"].numpy()
            written = {key: value.astype(float).round(1).tolist() for key, value in row.items()}
            cases.append({"inputs": written, "shape": list(answer.shape), "y": answer.astype(float).ravel().round(4).tolist()})
        expected[name] = {"independent": independent, "rows": cases}
    tf.saved_model.save(module, str(FOLDER / "ways" / "1"), signatures, OPTIONS)
    return expected


def write_boxes():
    module = tf.Module()

    @tf.function(input_signature=[tf.TensorSpec([None, 2, 2, 2], tf.float32, "image")])
    def boxes(image):
        values = image[:, 0, 0, 0]
        listed = tf.sequence_mask(tf.cast(values, tf.int32) % 4, 3)
        owners = tf.where(listed)[:, 0]
        return {"boxes": tf.tile(tf.gather(values, owners)[:, None], [1, 7])}

    module.boxes = boxes
    tf.saved_model.save(module, str(FOLDER / "boxes" / "1"), {"serving_default": boxes.get_concrete_function()}, OPTIONS)


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    write_boxes()
    expected = write_ways()
    (FOLDER / "expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")
    for path in list(FOLDER.rglob("*")):
        if path.is_dir() and path.name in ("assets", "variables") and not any(path.iterdir()):
            path.rmdir()
    size = sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file())
    print(f"{len(expected)} ways, {size} bytes")
    assert size < LIMIT, size


if __name__ == "__main__":
    main()
