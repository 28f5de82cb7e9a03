"""Graphs of functions that call functions, of ops with several outputs, and of signatures that share or pass on tensors."""

import tensorflow as tf

from graphs.graph import call, graph, save, signature

FLOATS = (tf.float32, [None])
MATRIX = (tf.float32, [None, 4])
ROWS = [[1.0, -2.0, 3.0, 0.5], [0.25, 8.0, -1.0, 2.0]]


@graph(call(x=[1.0, 2.0]), call("shifted", x=[1.0, 2.0]), call("both", x=[1.0, 2.0], z=[3.0, 5.0]))
def several_signatures(folder):
    """They share variables."""
    scale, shift = tf.Variable(3.0), tf.Variable(0.5)
    serve = signature(x=FLOATS)(lambda x: {"y": x * scale})
    shifted = signature(x=FLOATS)(lambda x: {"y": x * scale + shift})
    both = signature(x=FLOATS, z=FLOATS)(lambda x, z: {"y": x * scale, "w": z - shift})
    save(folder, serve, scale, shift, shifted=shifted, both=both)


@graph(call(x=[1.0, 2.0]), call("counting", x=[1.0, 2.0]), because=("AssignAddVariableOp",))
def one_signature_of_two_counts(folder):
    """One signature changes the variable that the other reads."""
    count = tf.Variable(0.0)
    serve = signature(x=FLOATS)(lambda x: {"y": x + tf.cast(count >= 0.0, tf.float32)})
    counting = signature(x=FLOATS)(lambda x: {"y": x + 0.0 * tf.minimum(count.assign_add(1.0), 1.0)})
    save(folder, serve, count, counting=counting)


@graph(call(x=ROWS))
def nested_functions(folder):
    """Levels of calls; the same function called with different variables; all kinds of outputs."""
    first = tf.Variable([[1.0], [2.0], [3.0], [4.0]])
    second = tf.Variable([[-1.0], [0.5], [0.0], [2.0]])
    shift = tf.Variable([10.0])

    @tf.function(autograph=False)
    def product(x, weights):
        return tf.matmul(x, weights)

    @tf.function(autograph=False)
    def shifted(x, weights):
        """Two outputs, and an argument that is passed through."""
        y = product(x, weights)
        return y + shift, x, y

    @tf.function(autograph=False)
    def both(x):
        a, same, plain = shifted(x, first)
        b, _, _ = shifted(same, second)
        return {"a": a, "b": b, "plain": plain, "same": same, "shift": tf.identity(shift), "seven": tf.constant([7.0])}

    @signature(x=MATRIX)
    def serve(x):
        answer = both(x)
        return {
            "a": answer["a"],
            "b": answer["b"],
            "plain": answer["plain"],
            "again": answer["plain"],
            "same": answer["same"],
            "shift": answer["shift"],
            "seven": answer["seven"],
        }

    save(folder, serve, first, second, shift)


@graph(call(x=[1.0, -2.0], unused=[4.0, 5.0]))
def odd_arguments(folder):
    """An argument that nothing takes, one that is answered as it is, and functions called with arguments in another order."""

    @tf.function(autograph=False)
    def minus(a, b):
        return a - b, b - a

    @signature(x=FLOATS, unused=FLOATS)
    def serve(x, unused):
        left, right = minus(x * x, x)
        back, _ = minus(right, left)
        return {"x": x, "left": left, "back": back}

    save(folder, serve)


@graph(call(x=[0.5, -1.5]))
def custom_gradient(folder):
    """IdentityN with an attribute that names a gradient function, and other ops that give what they take."""

    @tf.custom_gradient
    def clipped(x):
        return tf.clip_by_value(x, -1.0, 1.0), lambda upstream: upstream

    @signature(x=FLOATS)
    def serve(x):
        y = tf.stop_gradient(clipped(x))
        return {"y": tf.raw_ops.PreventGradient(input=tf.raw_ops.Snapshot(input=y)) * 2.0}

    save(folder, serve)


@graph(call(x=[[3.0, 1.0, 3.0, 2.0, 1.0, 7.0]]))
def multi_output_ops(folder):
    """Their outputs have names inside a function and numbers outside."""

    @tf.function(autograph=False)
    def parts(x):
        low, middle, high = tf.split(x, 3, axis=1)
        a, b = tf.unstack(middle, axis=1)
        top, where = tf.math.top_k(x, 2)
        values, index, counts = tf.unique_with_counts(x[0])
        return {
            "high": high - low,
            "unstacked": b - a,
            "top": top,
            "where": where,
            "values": values,
            "index": index,
            "counts": counts,
        }

    @signature(x=(tf.float32, [1, 6]))
    def serve(x):
        return parts(x)

    save(folder, serve)


@graph(call(x=[[[[1.0, 2.0]], [[3.0, 5.0]]], [[[0.0, -1.0]], [[2.0, 4.0]]]]))
def statistics_of_a_batch_norm(folder):
    """All of the outputs of a batch norm that learns."""
    scale, offset = tf.Variable([2.0, 3.0]), tf.Variable([0.5, -0.5])

    @signature(x=(tf.float32, [2, 2, 1, 2]))
    def serve(x):
        y, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=x, scale=scale, offset=offset, mean=[], variance=[], epsilon=0.001, is_training=True
        )
        return {"y": y, "mean": mean, "variance": variance}

    save(folder, serve, scale, offset)


@graph(
    call(
        boxes=[[0.0, 0.0, 1.0, 1.0], [0.0, 0.1, 1.0, 1.1], [0.0, 2.0, 1.0, 3.0]],
        scores=[0.8, 0.9, 0.3],
    )
)
def non_max_suppression(folder):
    @signature(boxes=(tf.float32, [3, 4]), scores=(tf.float32, [3]))
    def serve(boxes, scores):
        selected, kept, count = tf.raw_ops.NonMaxSuppressionV5(
            boxes=boxes,
            scores=scores,
            max_output_size=3,
            iou_threshold=0.5,
            score_threshold=0.0,
            soft_nms_sigma=0.5,
            pad_to_max_output_size=True,
        )
        combined = tf.image.combined_non_max_suppression(boxes[None, :, None], scores[None, :, None], 2, 2)
        return {"selected": selected, "kept": kept, "count": count, "valid": combined.valid_detections, "best": combined.nmsed_boxes}

    save(folder, serve)


@graph(call(x=[2.0]))
def deep_calls(folder):
    """Twelve functions, each of which calls the one before twice: 4,096 additions."""

    def doubled(inner):
        return tf.function(lambda x: inner(inner(x)), input_signature=[tf.TensorSpec([None])], autograph=False)

    chain = tf.function(lambda x: x + 1.0, input_signature=[tf.TensorSpec([None])], autograph=False)
    for _ in range(12):
        chain = doubled(chain)

    @signature(x=FLOATS)
    def serve(x):
        return {"y": chain(x)}

    save(folder, serve)
