"""What a hand-made graph is, and how one is written as a SavedModel, by TensorFlow 2 or as TensorFlow 1 did it."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import tensorflow as tf

v1 = tf.compat.v1


class Call(NamedTuple):
    signature: str
    inputs: dict


class Graph(NamedTuple):
    write: Callable[[Path], None]
    calls: tuple[Call, ...]
    because: tuple[str, ...]  # words of which the reason for not optimising it has one; none: it is optimised


GRAPHS: dict[str, Graph] = {}


def call(signature: str = "serving_default", **inputs) -> Call:
    return Call(signature, inputs)


def graph(*calls: Call, because: tuple[str, ...] = ()):
    """Registers a function that writes a SavedModel into a folder, under its own name."""

    def register(write):
        GRAPHS[write.__name__.strip("_")] = Graph(write, calls, because)
        return write

    return register


def graph_v1(*calls: Call, because: tuple[str, ...] = ()):
    """Registers a function that builds a graph in a session and gives its signatures: {name: (inputs, outputs)}.

    A third in the tuple is the op that runs after the variables were restored.
    """

    def register(build):
        def write(folder: Path) -> None:
            with v1.Graph().as_default(), v1.Session() as session:
                v1.set_random_seed(1)
                built = build()
                signatures, main_op = built if isinstance(built, tuple) else (built, None)
                session.run([v1.global_variables_initializer(), v1.tables_initializer()])
                builder = v1.saved_model.Builder(str(folder))
                tensors = v1.saved_model.build_tensor_info
                definitions = {
                    name: v1.saved_model.build_signature_def(
                        {key: tensors(value) for key, value in inputs.items()},
                        {key: tensors(value) for key, value in outputs.items()},
                        "tensorflow/serving/predict",
                    )
                    for name, (inputs, outputs) in signatures.items()
                }
                builder.add_meta_graph_and_variables(
                    session, ["serve"], definitions, main_op=main_op, strip_default_attrs=True
                )
                builder.save()

        write.__name__ = build.__name__
        return graph(*calls, because=because)(write)

    return register


def signature(**inputs: tuple[tf.DType, list[int | None]]):
    """Makes a function a traced one of named tensors: name=(dtype, shape)."""

    def decorate(function):
        specs = {name: tf.TensorSpec(shape, dtype, name=name) for name, (dtype, shape) in inputs.items()}
        return tf.function(function, autograph=False).get_concrete_function(**specs)

    return decorate


def save(folder: Path, serve, *tracked, **others) -> None:
    """Writes `serve` as serving_default and the others by their names; tracked: the variables and tables they use."""
    module = tf.Module()
    module.tracked = list(tracked)
    tf.saved_model.save(module, str(folder), {"serving_default": serve, **others})
