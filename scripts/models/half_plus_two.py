"""Writes test/fixtures/models/half_plus_two_serving/123: y = x / 2 + 2 with the signatures that TensorFlow Serving's own tests call.

As a model of TensorFlow 1: `serving_default` feeds x itself, which is no placeholder but what was parsed out of `tf.Example`s, and
`regress_x_to_y` and `classify_x_to_y` feed these. Run it from anywhere; it replaces what it wrote before and then runs each signature.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import shutil
from pathlib import Path

import numpy as np
import tensorflow as tf
from absl import logging

v1 = tf.compat.v1

FOLDER = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "models" / "half_plus_two_serving" / "123"
METHOD = "tensorflow/serving/{}"


def build() -> dict[str, tuple[str, dict, dict]]:
    """The graph, and its signatures: method, inputs, outputs."""
    half = v1.get_variable("a", initializer=0.5, use_resource=True)
    two = v1.get_variable("b", initializer=2.0, use_resource=True)
    three = v1.get_variable("c", initializer=3.0, use_resource=True)
    examples = v1.placeholder(tf.string, [None], name="tf_example")
    features = {
        "x": tf.io.FixedLenFeature([1], tf.float32),
        "x2": tf.io.FixedLenFeature([1], tf.float32, default_value=[0.0]),
    }
    parsed = v1.parse_example(examples, features)
    x = tf.identity(parsed["x"], name="x")
    x2 = tf.identity(parsed["x2"], name="x2")
    y = tf.add(x * half, two, name="y")
    y2 = tf.add(x * half, three, name="y2")
    y3 = tf.add(x2 * half, three, name="y3")
    return {
        "serving_default": ("predict", {"x": x}, {"y": y}),
        "regress_x_to_y": ("regress", {"inputs": examples}, {"outputs": y}),
        "regress_x_to_y2": ("regress", {"inputs": examples}, {"outputs": y2}),
        "regress_x2_to_y3": ("regress", {"inputs": x2}, {"outputs": y3}),
        "classify_x_to_y": ("classify", {"inputs": examples}, {"scores": y}),
        "classify_x2_to_y3": ("classify", {"inputs": x2}, {"scores": y3}),
    }


def write() -> None:
    info = v1.saved_model.build_tensor_info
    with v1.Graph().as_default(), v1.Session() as session:
        definitions = {
            name: v1.saved_model.build_signature_def(
                {key: info(value) for key, value in inputs.items()},
                {key: info(value) for key, value in outputs.items()},
                METHOD.format(method),
            )
            for name, (method, inputs, outputs) in build().items()
        }
        session.run(v1.global_variables_initializer())
        builder = v1.saved_model.Builder(str(FOLDER))
        builder.add_meta_graph_and_variables(session, ["serve"], definitions, strip_default_attrs=True)
        builder.save()
    (FOLDER / "fingerprint.pb").unlink(missing_ok=True)


def example(x: float) -> bytes:
    feature = tf.train.Feature(float_list=tf.train.FloatList(value=[x]))
    return tf.train.Example(features=tf.train.Features(feature={"x": feature})).SerializeToString()


def check() -> None:
    """Runs the signatures in a session, as a server does."""
    numbers = np.float32([[1], [2], [5]])
    texts = np.array([example(80), example(20)], object)
    expected = {
        "serving_default": (numbers, [[2.5], [3], [4.5]]),
        "regress_x_to_y": (texts, [[42], [12]]),
        "regress_x_to_y2": (texts, [[43], [13]]),
        "regress_x2_to_y3": (numbers, [[3.5], [4], [5.5]]),
        "classify_x_to_y": (texts, [[42], [12]]),
        "classify_x2_to_y3": (numbers, [[3.5], [4], [5.5]]),
    }
    with v1.Graph().as_default(), v1.Session() as session:
        definitions = v1.saved_model.load(session, ["serve"], str(FOLDER)).signature_def
        assert definitions.keys() == expected.keys(), definitions.keys()
        for name, (given, answer) in expected.items():
            (source,) = definitions[name].inputs.values()
            (target,) = definitions[name].outputs.values()
            np.testing.assert_array_equal(session.run(target.name, {source.name: given}), np.float32(answer))


def main() -> None:
    logging.set_verbosity("error")
    tf.get_logger().setLevel("ERROR")
    shutil.rmtree(FOLDER, ignore_errors=True)
    write()
    check()
    size = sum(file.stat().st_size for file in FOLDER.rglob("*") if file.is_file())
    print(f"{FOLDER.parent.name}, {size / 1024:.0f} KiB, each signature run")


if __name__ == "__main__":
    main()
