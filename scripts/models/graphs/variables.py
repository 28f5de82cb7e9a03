"""Graphs that read variables of every dtype and in every way, and constants."""

import numpy as np
import tensorflow as tf

from graphs.graph import call, graph, graph_v1, save, signature, v1

FLOATS = (tf.float32, [None])
# Per dtype two values that another dtype, or a number of JavaScript, would not hold.
VALUES = {
    "int8": [-128, 127],
    "uint8": [0, 255],
    "int16": [-32768, 32767],
    "uint16": [0, 65535],
    "int32": [-(2**31), 2**31 - 1],
    "uint32": [0, 2**32 - 1],
    "int64": [-(2**63), 2**53 + 1],
    "uint64": [1, 2**64 - 1],
    "half": [6.0e-8, 65504.0],
    "bfloat16": [1.25e-38, 3.0e38],
    "float32": [1.25e-38, 0.1],
    "float64": [1.0e-300, 0.1],
    "bool": [True, False],
    "complex64": [1 - 2j, 0.5j],
    "complex128": [1 - 2j, 0.1j],
    "string": ["", "a\u0000ü"],
}


def constant(name: str, values: list) -> tf.Tensor:
    return tf.constant(np.array(values, object if name == "string" else tf.as_dtype(name).as_numpy_dtype))


def text(value: tf.Tensor) -> tf.Tensor:
    """The values written out, to the last digit."""
    if value.dtype == tf.string:
        return tf.strings.join([value, "!"])
    inexact = value.dtype.is_floating or value.dtype.is_complex
    return tf.strings.as_string(value, precision=17, scientific=True) if inexact else tf.strings.as_string(value)


@graph_v1(call(x=[1.0, 2.0]))
def variables_of_all_dtypes():
    x = v1.placeholder(tf.float32, [2])
    kept = {name: v1.Variable(constant(name, VALUES[name]), use_resource=True) for name in VALUES}
    return {"serving_default": ({"x": x}, {name: text(v1.identity(variable)) for name, variable in kept.items()})}


@graph_v1(call(x=[1.0, 2.0]))
def constants():
    """Of every dtype: one of one element, which lies in a list of its dtype, and one of two, which lies there as bytes."""
    x = v1.placeholder(tf.float32, [2])
    one = {f"{name}_1": text(constant(name, VALUES[name][1:])) for name in VALUES}
    two = {f"{name}_2": text(constant(name, VALUES[name])) for name in VALUES}
    return {"serving_default": ({"x": x}, {**one, **two})}


@graph(call(x=[[1.0] * 32, [-0.5] * 32]))
def large_constant(folder):
    weights = np.random.default_rng(1).normal(size=(32, 32)).astype(np.float32)

    @signature(x=(tf.float32, [None, 32]))
    def serve(x):
        filled = tf.raw_ops.Fill(dims=[32], value=0.25)
        return {"y": tf.matmul(x, tf.constant(weights)) + filled}

    save(folder, serve)


@graph(call(x=[1.0, 2.0]))
def scalar_and_empty_variables(folder):
    scalar, empty = tf.Variable(3.0), tf.Variable(tf.zeros([0, 3]))

    @signature(x=FLOATS)
    def serve(x):
        return {"y": x * scalar + tf.reduce_sum(empty)}

    save(folder, serve, scalar, empty)


@graph(call(x=[1.0, 2.0]))
def variable_of_open_shape(folder):
    """The graph does not say how large the variable is; the checkpoint does."""
    kept = tf.Variable([[1.0, 2.0], [3.0, 4.0]], shape=[None, 2])

    @signature(x=(tf.float32, [2]))
    def serve(x):
        return {"y": tf.reduce_sum(kept, axis=0) * x, "rows": tf.shape(kept.read_value())[0]}

    save(folder, serve, kept)


@graph(call(x=[1.0, 2.0]))
def variables_of_one_name(folder):
    """And one that nothing reads."""
    first, second, third = (tf.Variable(value, name="weights") for value in (2.0, 3.0, 5.0))

    @signature(x=FLOATS)
    def serve(x):
        return {"y": x * second - first}

    save(folder, serve, first, second, third)


@graph(call(x=[1.0, 2.0]), because=("AssignVariableOp",))
def assigned(folder):
    """What is read is what the run itself wrote."""
    kept = tf.Variable(2.0)

    @signature(x=FLOATS)
    def serve(x):
        kept.assign(5.0)
        return {"y": x * kept}

    save(folder, serve, kept)


@graph(call(ids=[[0, 3], [2, 2]], more=[1, 0]))
def embedding(folder):
    """ResourceGather, by int32 and int64."""
    rows = tf.Variable(np.arange(8, dtype=np.float32).reshape(4, 2))

    @signature(ids=(tf.int32, [None, 2]), more=(tf.int64, [None]))
    def serve(ids, more):
        return {"y": tf.nn.embedding_lookup(rows, ids), "z": tf.gather(rows, more) * 10.0}

    save(folder, serve, rows)


@graph(call(ids=[[0, 1], [1, 1]]), because=("ResourceGather",))
def embedding_of_batches(folder):
    rows = tf.Variable(np.arange(4, dtype=np.float32).reshape(2, 2))

    @signature(ids=(tf.int32, [2, 2]))
    def serve(ids):
        return {"y": tf.raw_ops.ResourceGather(resource=rows.handle, indices=ids, batch_dims=1, dtype=tf.float32)}

    save(folder, serve, rows)


@graph(call(ids=[[0, 1], [2, 0]]), because=("ResourceGatherNd",))
def gather_nd(folder):
    rows = tf.Variable(np.arange(8, dtype=np.float32).reshape(4, 2))

    @signature(ids=(tf.int32, [None, 2]))
    def serve(ids):
        return {"y": tf.gather_nd(rows, ids)}

    save(folder, serve, rows)
