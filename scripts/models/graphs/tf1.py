"""SavedModels as TensorFlow 1 wrote them: sessions, references, collections, and signatures of any tensors at all."""

import numpy as np

from graphs.graph import call, graph_v1, v1

ROWS = [[1.0, -2.0, 3.0], [0.5, 0.25, -8.0]]


def placeholder(*shape, name="x"):
    return v1.placeholder(v1.float32, [None, *shape], name=name)


def weights(name: str, *shape: int, **more):
    values = np.random.default_rng(len(name)).normal(size=shape).astype(np.float32)
    return v1.get_variable(name, initializer=values, **more)


@graph_v1(call(x=ROWS))
def tf1_ref_variables():
    x = placeholder(3)
    kernel, bias = weights("kernel", 3, 2, use_resource=False), weights("offset", 2, use_resource=False)
    return {"serving_default": ({"x": x}, {"y": v1.matmul(x, kernel) + bias})}


@graph_v1(call(x=ROWS))
def tf1_resource_variables():
    x = placeholder(3)
    kernel, bias = weights("kernel", 3, 2, use_resource=True), weights("offset", 2, use_resource=True)
    return {"serving_default": ({"x": x}, {"y": v1.matmul(x, kernel) + bias})}


@graph_v1(call(x=ROWS), because=("slice",))
def tf1_partitioned_variable():
    x = placeholder(3)
    v1.get_variable_scope().set_use_resource(False)
    parts = v1.get_variable(
        "kernel", [3, 2], partitioner=v1.fixed_size_partitioner(3), initializer=v1.random_normal_initializer(seed=2)
    )
    return {"serving_default": ({"x": x}, {"y": v1.matmul(x, v1.convert_to_tensor(parts))})}


@graph_v1(call(h=[1.0, 2.0]), call("whole", x=[1.0, 2.0]), call("both", x=[1.0, 2.0], h=[10.0, 20.0]))
def tf1_intermediate_input():
    """One signature feeds a tensor in the middle, one the beginning, one both."""
    x = placeholder()
    scale = weights("scale", 1, use_resource=True)
    h = v1.multiply(x, 2.0, name="h")
    y = v1.add(h * scale, 1.0, name="y")
    z = h + x
    return {
        "serving_default": ({"h": h}, {"y": y}),
        "whole": ({"x": x}, {"y": y, "z": z}),
        "both": ({"x": x, "h": h}, {"y": y, "z": z}),
    }


@graph_v1(call(part=[[5.0]], x=[[1.0, 2.0, 3.0]]), call("whole", x=[[1.0, 2.0, 3.0]]))
def tf1_one_output_of_three_fed():
    """The others of the same node are computed."""
    x = placeholder(3)
    first, second, third = v1.split(x, 3, axis=1)
    y = {"y": first + 10.0 * second, "third": third}
    return {"serving_default": ({"part": second, "x": x}, y), "whole": ({"x": x}, y)}


@graph_v1(call(x=[1.0, 2.0]), call("halved", image=[4.0]))
def tf1_shared_input():
    """Two signatures have the same placeholder, under two names."""
    x = placeholder()
    return {"serving_default": ({"x": x}, {"y": x * 2.0}), "halved": ({"image": x}, {"y": x * 0.5})}


@graph_v1(call(x=[1.0, 2.0]), call("told", x=[1.0, 2.0], training=True))
def tf1_default_input():
    """A placeholder that has a value of its own unless it is fed."""
    x = placeholder()
    training = v1.placeholder_with_default(False, [], name="training")
    y = {"y": v1.where_v2(training, x * 0.5, x)}
    return {"serving_default": ({"x": x}, y), "told": ({"x": x, "training": training}, y)}


@graph_v1(call(x=[1.0, 2.0]))
def tf1_outputs():
    """Answers one tensor under two names, a variable and a constant."""
    x = placeholder()
    y, kept = x + 1.0, weights("kept", 2, use_resource=False)
    outputs = {"y": y, "again": y, "kept": v1.identity(kept), "seven": v1.constant([7.0, 7.5])}
    return {"serving_default": ({"x": x}, outputs)}


@graph_v1(call("classify: two ways", **{"my input/ü": [1.0, 2.0], "0": [3.0, 4.0]}))
def tf1_odd_names():
    x, z = placeholder(), placeholder(name="z")
    return {"classify: two ways": ({"my input/ü": x, "0": z}, {"a sum, of both": x + z, "__proto": x - z})}


@graph_v1(call(x=[1.0, 2.0]))
def tf1_device():
    """Its nodes say where they run."""
    with v1.device("/job:localhost/replica:0/task:0/device:CPU:0"):
        x = placeholder()
        scale = weights("scale", 1, use_resource=True)
        return {"serving_default": ({"x": x}, {"y": x * scale})}


@graph_v1(call(x=["cat", "ü", "dog"]), because=("LookupTableFindV2", "HashTableV2"))
def tf1_table():
    x = v1.placeholder(v1.string, [None], name="x")
    values = v1.lookup.KeyValueTensorInitializer(["cat", "ü"], [5, 15], v1.string, v1.int64)
    y = v1.lookup.StaticHashTable(values, -1).lookup(x)
    return {"serving_default": ({"x": x}, {"y": y})}, v1.tables_initializer()


@graph_v1(call(x=[1.0, 2.0]), because=("Assign",))
def tf1_changed_at_load():
    """What was saved is not what is served: loading it changes the variable."""
    x = placeholder()
    scale = weights("scale", 1, use_resource=False)
    return {"serving_default": ({"x": x}, {"y": x * scale})}, v1.assign(scale, [100.0]).op


@graph_v1(call(x=[1.0, -2.0, 4.0]), call(x=[-1.0]), because=("Switch", "Merge"))
def tf1_branch():
    x = placeholder()
    v1.disable_control_flow_v2()
    y = v1.cond(v1.reduce_sum(x) > 0, lambda: x * 2.0, lambda: x - 1.0)
    v1.enable_control_flow_v2()
    return {"serving_default": ({"x": x}, {"y": y})}


@graph_v1(call(x=[1.0, 2.0]), because=("Enter", "Exit", "Merge", "NextIteration", "LoopCond", "Switch"))
def tf1_loop():
    x = placeholder()
    v1.disable_control_flow_v2()
    _, y = v1.while_loop(lambda i, _: i < 5, lambda i, y: (i + 1, y * 0.5 + x), (v1.constant(0), x))
    v1.enable_control_flow_v2()
    return {"serving_default": ({"x": x}, {"y": y})}
