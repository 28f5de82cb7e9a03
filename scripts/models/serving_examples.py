"""Writes SavedModels like those that TensorFlow Serving tests itself with, and others of which only a part is served: test/fixtures/serving/<name>/1.

What each is and answers is said where it is built. Run it from anywhere with the packages of requirements.txt; it replaces what it
wrote before. `counting` and `counter` are run by a session here, as a server does.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import shutil
from pathlib import Path

import tensorflow as tf
from absl import logging
from tensorflow.core.protobuf import saved_model_pb2

v1 = tf.compat.v1
raw = tf.raw_ops

FOLDER = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "serving"
FLOATS = tf.TensorSpec([None], tf.float32, name="x")


def definitions(signatures: dict[str, tuple[str, dict, dict]]) -> dict:
    info = v1.saved_model.build_tensor_info
    return {
        name: v1.saved_model.build_signature_def(
            {key: info(value) for key, value in inputs.items()},
            {key: info(value) for key, value in outputs.items()},
            f"tensorflow/serving/{method}",
        )
        for name, (method, inputs, outputs) in signatures.items()
    }


def write_v1(name: str, build) -> None:
    """As TensorFlow 1 wrote it: `build` gives the signatures."""
    folder = FOLDER / name / "1"
    with v1.Graph().as_default(), v1.Session(config=v1.ConfigProto(allow_soft_placement=True)) as session:
        signatures = definitions(build())
        session.run(v1.global_variables_initializer())
        builder = v1.saved_model.Builder(str(folder))
        builder.add_meta_graph_and_variables(session, ["serve"], signatures, strip_default_attrs=True)
        builder.save()


def counter() -> dict:
    """A variable of TensorFlow 1 that counts, and no signature that is the default."""
    count = v1.get_variable("counter", initializer=0.0, use_resource=False)
    delta = v1.placeholder(tf.float32, name="delta")
    return {
        "get_counter": ("predict", {}, {"output": count}),
        "incr_counter": ("predict", {}, {"output": v1.assign_add(count, 1.0)}),
        "incr_counter_by": ("predict", {"delta": delta}, {"output": v1.assign_add(count, delta)}),
        "reset_counter": ("predict", {}, {"output": v1.assign(count, 0.0)}),
    }


def pinned() -> dict:
    """y = x / 2 + 2, all of it pinned to a GPU; x may be fed in the middle, where examples were parsed, and y waits for what x is not part of."""
    with v1.device("/device:GPU:0"):
        half = v1.get_variable("a", initializer=0.5, use_resource=False)
        two = v1.get_variable("b", initializer=2.0, use_resource=False)
        examples = v1.placeholder(tf.string, [None], name="tf_example")
        parsed = v1.parse_example(examples, {"x": tf.io.FixedLenFeature([1], tf.float32)})
        x = tf.identity(parsed["x"], name="x")
        kernel = v1.get_variable("kernel", initializer=tf.zeros([1, 1, 1, 1]))
        nothing = tf.nn.conv2d(tf.zeros([1, 4, 4, 1]), kernel, 1, "SAME")[0, 0, 0]
        y = tf.identity(nothing + (x * half + two), name="y")
    return {
        "serving_default": ("predict", {"x": x}, {"y": y}),
        "regress_x_to_y": ("regress", {"inputs": examples}, {"outputs": y}),
        "classify_x_to_y": ("classify", {"inputs": examples}, {"scores": y}),
    }


class Counting(tf.Module):
    """The default counts its runs: y = x + how many there were before. `count` tells it, `plain` has nothing to do with it."""

    def __init__(self):
        super().__init__()
        self.count, self.scale = tf.Variable(0.0), tf.Variable(2.0)

    @tf.function(input_signature=[FLOATS])
    def serve(self, x):
        y = x + self.count
        self.count.assign_add(1.0)
        return {"y": y}

    @tf.function(input_signature=[])
    def told(self):
        return {"count": self.count.read_value()}

    @tf.function(input_signature=[FLOATS])
    def plain(self, x):
        return {"y": x * self.scale}


class Trained(tf.Module):
    """y = 2 x, and functions that training needed: one that nothing exports writes a file and runs Python, `train` reads and writes files."""

    def __init__(self):
        super().__init__()
        self.scale = tf.Variable(2.0)

    @tf.function(input_signature=[FLOATS])
    def serve(self, x):
        return {"y": x * self.scale}

    @tf.function(input_signature=[FLOATS])
    def step(self, x):
        raw.WriteFile(filename="/tmp/tensornest-was-run", contents="run")
        self.scale.assign_add(tf.reduce_sum(tf.py_function(lambda v: v, [x], tf.float32)))
        return {"y": x}

    @tf.function(input_signature=[FLOATS])
    def train(self, x):
        text = tf.io.read_file("/etc/hostname")
        raw.WriteFile(filename="/tmp/tensornest-was-run", contents=text)
        self.scale.assign_add(1.0)
        return {"y": x}


def write(name: str, module: tf.Module, **signatures) -> None:
    folder = FOLDER / name / "1"
    tf.saved_model.save(module, str(folder), signatures)
    (folder / "fingerprint.pb").unlink(missing_ok=True)
    path = folder / "saved_model.pb"
    saved = saved_model_pb2.SavedModel.FromString(path.read_bytes())
    # Only Python reads these, and the latter names paths of the writer's.
    saved.meta_graphs[0].ClearField("object_graph_def")
    saved.meta_graphs[0].graph_def.ClearField("debug_info")
    path.write_bytes(saved.SerializeToString(deterministic=True))


def check() -> None:
    with v1.Graph().as_default(), v1.Session() as session:
        signatures = v1.saved_model.load(session, ["serve"], str(FOLDER / "counter" / "1")).signature_def
        run = lambda name: session.run(signatures[name].outputs["output"].name)
        assert [run("incr_counter"), run("incr_counter"), run("get_counter"), run("reset_counter")] == [1, 2, 2, 0]
    with v1.Graph().as_default(), v1.Session() as session:
        signatures = v1.saved_model.load(session, ["serve"], str(FOLDER / "counting" / "1")).signature_def
        serve = signatures["serving_default"]
        feeds = {serve.inputs["x"].name: [10.0]}
        assert [session.run(serve.outputs["y"].name, feeds)[0] for _ in range(3)] == [10, 11, 12]
        assert session.run(signatures["count"].outputs["count"].name) == 3


def main() -> None:
    logging.set_verbosity("error")
    tf.get_logger().setLevel("ERROR")
    shutil.rmtree(FOLDER, ignore_errors=True)
    write_v1("counter", counter)
    write_v1("pinned", pinned)
    counting = Counting()
    write("counting", counting, serving_default=counting.serve, count=counting.told, plain=counting.plain)
    trained = Trained()
    write("trained", trained, serving_default=trained.serve)
    write("with_train", trained, serving_default=trained.serve, train=trained.train)
    write("only_train", trained, train=trained.train, step=trained.step)
    check()


if __name__ == "__main__":
    main()
