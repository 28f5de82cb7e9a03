"""Graphs that branch, loop, look up, draw, check or change something, and some that only look as if they did."""

import tensorflow as tf

from graphs.graph import call, graph, save, signature

FLOATS = (tf.float32, [None])
POSITIVE, NEGATIVE = [1.0, -2.0, 4.0], [-1.0, 2.0, -4.0]


@graph(call(x=POSITIVE), call(x=NEGATIVE), because=("StatelessIf",))
def if_(folder):
    @signature(x=FLOATS)
    def serve(x):
        return {"y": tf.cond(tf.reduce_sum(x) > 0, lambda: x * 2.0, lambda: x - 1.0)}

    save(folder, serve)


@graph(call(x=POSITIVE), call(x=NEGATIVE), because=("If",))
def if_of_variables(folder):
    scale, shift = tf.Variable(3.0), tf.Variable(0.5)

    @signature(x=FLOATS)
    def serve(x):
        return {"y": tf.cond(tf.reduce_sum(x) > 0, lambda: x * scale, lambda: x - shift)}

    save(folder, serve, scale, shift)


@graph(call(x=[1.0, 2.0], which=0), call(x=[1.0, 2.0], which=1), call(x=[1.0, 2.0], which=7), because=("StatelessCase",))
def case(folder):
    @signature(x=(tf.float32, [2]), which=(tf.int32, []))
    def serve(x, which):
        return {"y": tf.switch_case(which, [lambda: x, lambda: -x, lambda: x * x])}

    save(folder, serve)


@graph(call(x=[1.0, 2.0]), because=("StatelessWhile",))
def while_(folder):
    @signature(x=FLOATS)
    def serve(x):
        _, y = tf.while_loop(lambda i, _: i < 5, lambda i, y: (i + 1, y * 0.5 + x), (tf.constant(0), x))
        return {"y": y}

    save(folder, serve)


@graph(call(x=[[1.0, 2.0], [3.0, 4.0]]), because=("StatelessWhile", "TensorListReserve", "TensorListFromTensor", "TensorListStack"))
def map_fn(folder):
    @signature(x=(tf.float32, [None, 2]))
    def serve(x):
        return {"y": tf.map_fn(lambda row: tf.reverse(row, [0]) + 1.0, x)}

    save(folder, serve)


@graph(call(x=[10, 20, 30]), because=("LookupTableFindV2", "HashTableV2"))
def table(folder):
    values = tf.lookup.KeyValueTensorInitializer(tf.constant([10, 20], tf.int64), [0.5, 1.5])
    kept = tf.lookup.StaticHashTable(values, -1.0)

    @signature(x=(tf.int64, [None]))
    def serve(x):
        return {"y": kept.lookup(x)}

    save(folder, serve, kept)


@graph(call(x=[1.0, 2.0]), because=("RandomUniform",))
def random(folder):
    @signature(x=FLOATS)
    def serve(x):
        return {"y": x + tf.cast(tf.random.uniform(tf.shape(x)) < 2.0, tf.float32)}

    save(folder, serve)


@graph(call(x=[1.0, 2.0, 3.0]))
def random_of_a_seed(folder):
    """Random, but the same each time: a function of its seed."""

    @signature(x=(tf.float32, [3]))
    def serve(x):
        return {"y": x + tf.raw_ops.StatelessRandomUniform(shape=[3], seed=[1, 2])}

    save(folder, serve)


@graph(call(x=[1.0, 2.0]), because=("Assert", "If"))
def assert_(folder):
    @signature(x=FLOATS)
    def serve(x):
        with tf.control_dependencies([tf.debugging.Assert(tf.reduce_all(x >= 0), [x])]):
            return {"y": x * 2.0}

    save(folder, serve)


@graph(call(x=[1.0, 2.0]), because=("Assert", "If"))
def assert_in_a_function(folder):
    """The check hangs on nothing that is answered: it runs because its function is called."""

    @tf.function(input_signature=[tf.TensorSpec([None])])
    def checked(x):
        tf.debugging.Assert(tf.reduce_all(x >= 0), [x])
        return x * 2.0

    @signature(x=FLOATS)
    def serve(x):
        return {"y": checked(x)}

    save(folder, serve)


@graph(call(x=[1.0, 2.0]), because=("CheckNumerics",))
def check_numerics(folder):
    @signature(x=FLOATS)
    def serve(x):
        return {"y": tf.debugging.check_numerics(x, "x must be finite") * 2.0}

    save(folder, serve)


@graph(call(x=[1.0, 2.0]), because=("PrintV2", "StringFormat"))
def print_(folder):
    @signature(x=FLOATS)
    def serve(x):
        tf.print("x:", x)
        return {"y": x * 2.0}

    save(folder, serve)


@graph(call(x=[1.0, 2.0]), because=("AssignAddVariableOp",))
def counter(folder):
    count = tf.Variable(0.0)

    @signature(x=FLOATS)
    def serve(x):
        return {"y": x + tf.cast(count.assign_add(1.0) > 0.0, tf.float32)}

    save(folder, serve, count)


@graph(call(x=[1.0, 2.0]))
def control_dependencies(folder):
    """Waits for what has no effects."""
    scale = tf.Variable(3.0)

    @signature(x=FLOATS)
    def serve(x):
        with tf.control_dependencies([tf.reduce_sum(x), scale.read_value(), tf.no_op()]):
            y = x * scale
        with tf.control_dependencies([y]):
            return {"y": tf.identity(y) + 1.0}

    save(folder, serve, scale)


@graph(call(x=[1.0, 2.0]))
def not_executed(folder):
    """Has a function that counts, but no signature calls it."""
    count = tf.Variable(0.0)
    scale = tf.Variable(2.0)

    @signature(x=FLOATS)
    def serve(x):
        return {"y": x * scale}

    module = tf.Module()
    module.scale, module.count = scale, count
    module.step = tf.function(lambda: count.assign_add(1.0), input_signature=[])
    tf.saved_model.save(module, str(folder), {"serving_default": serve})
