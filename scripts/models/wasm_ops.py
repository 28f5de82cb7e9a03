"""Writes what Python TensorFlow answers for the ops that the WebAssembly runtime admits.

test/fixtures/wasm-ops.json.gz, and wasm-empty-ops.json.gz for tensors without elements: a list of cases, each a frozen graph (GraphDef) with and without default attributes, what it is fed and what TensorFlow
answers, as little-endian bytes in base64. src/engine/wasm/ops.spec.ts runs them; it fails if an op of ops.ts has no case.

The cases are in wasm_plain_cases.py and wasm_fused_cases.py; wasm_empty_cases.py takes dimensions of theirs away. Constants of a lambda stay constants of the graph.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import base64
import gzip
import json
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow.python.framework import op_def_registry
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

import wasm_plain_cases  # noqa: F401  Adds its cases, first.
import wasm_fused_cases  # noqa: F401  isort: skip
from wasm_cases import CASES
from wasm_empty_cases import emptied

FIXTURES = Path(__file__).resolve().parents[2] / "test" / "fixtures"


def encoded(value: np.ndarray) -> dict:
    return {"dtype": value.dtype.name, "shape": list(value.shape), "data": base64.b64encode(value.tobytes()).decode()}


def frozen(function, inputs) -> tuple[bytes, list[str], list[str], list[np.ndarray]]:
    specs = [tf.TensorSpec(value.shape, value.dtype, name=chr(97 + index)) for index, value in enumerate(inputs)]

    def outer(*arguments):
        result = function(*arguments)
        parts = list(result) if isinstance(result, tuple) else [result]
        return [tf.identity(part) for part in parts]

    concrete = tf.function(outer, input_signature=specs, autograph=False).get_concrete_function()
    answers = [answer.numpy() for answer in concrete(*[tf.constant(value) for value in inputs])]
    graph = convert_variables_to_constants_v2(concrete)
    return (
        graph.graph.as_graph_def().SerializeToString(),
        [tensor.name for tensor in graph.inputs],
        [tensor.name for tensor in graph.outputs],
        answers,
    )


def stripped(graph: tf.compat.v1.GraphDef) -> tf.compat.v1.GraphDef:
    """Without the attributes that have their default value, as SavedModels leave them out."""
    short = tf.compat.v1.GraphDef()
    short.CopyFrom(graph)
    for node in short.node:
        for attr in op_def_registry.get(node.op).attr:
            if attr.HasField("default_value") and node.attr[attr.name] == attr.default_value:
                del node.attr[attr.name]
    return short


def op_of(graph: tf.compat.v1.GraphDef) -> str:
    """The first op that does something."""
    return next((node.op for node in graph.node if node.op not in ("Const", "Placeholder", "Identity", "NoOp")), "Identity")


def written(file: str, named_cases: list[tuple]) -> None:
    cases = []
    for name, function, inputs in named_cases:
        inputs = [np.asarray(value) for value in inputs]
        try:
            graph, fed, fetched, answers = frozen(function, inputs)
        except (tf.errors.OpError, ValueError, IndexError) as error:
            print(f"TensorFlow has not {name}: {str(error).splitlines()[0]}")
            continue
        parsed = tf.compat.v1.GraphDef.FromString(graph)
        cases.append(
            {
                "name": name or op_of(parsed),
                "graphs": [base64.b64encode(each).decode() for each in (graph, stripped(parsed).SerializeToString())],
                "inputs": {node: encoded(value) for node, value in zip(fed, inputs, strict=True)},
                "outputs": {node: encoded(np.asarray(value)) for node, value in zip(fetched, answers, strict=True)},
            }
        )
    (FIXTURES / file).write_bytes(gzip.compress(json.dumps(cases).encode(), mtime=0))
    print(f"{file}: {len(cases)} cases, {(FIXTURES / file).stat().st_size / 1024:.0f} KiB")


def main() -> None:
    written("wasm-ops.json.gz", CASES)
    written("wasm-empty-ops.json.gz", emptied(CASES))


if __name__ == "__main__":
    main()
