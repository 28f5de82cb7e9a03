"""Writes SavedModels that a server must refuse: test/fixtures/unsafe/<name>/1/.

Each can touch files, processes or the network in a way of its own, and is written by TensorFlow itself; some have
their saved_model.pb edited afterwards, as an attacker would. Nothing of them is ever run here. Run it from anywhere with
the packages of scripts/models/requirements.txt; it replaces what it wrote before.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import shutil
import tempfile
from pathlib import Path

import tensorflow as tf
from tensorflow.core.framework import graph_pb2, node_def_pb2
from tensorflow.core.protobuf import saved_model_pb2

UNSAFE = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "unsafe"
PATH = "/tmp/tensornest-unsafe"

raw = tf.raw_ops


def read_file(x):
    """Reads a file into the answer."""
    return raw.ReadFile(filename=PATH, name="reads")


def write_file(x):
    with tf.control_dependencies([raw.WriteFile(filename=PATH, contents="x", name="writes")]):
        return tf.identity(x)


def matching_files(x):
    """Lists a folder."""
    return raw.MatchingFiles(pattern="/*", name="lists")


def print_to_file(x):
    with tf.control_dependencies([raw.PrintV2(input="x", output_stream=f"file://{PATH}", name="prints")]):
        return tf.identity(x)


def save(x):
    saved = raw.SaveV2(prefix=PATH, tensor_names=["x"], shape_and_slices=[""], tensors=[x], name="saves")
    with tf.control_dependencies([saved]):
        return tf.identity(x)


def restore(x):
    """Reads any checkpoint into the answer."""
    return raw.RestoreV2(prefix=PATH, tensor_names=["x"], shape_and_slices=[""], dtypes=[tf.float32], name="restores")[0]


def merge_checkpoints(x):
    """Renames and deletes files."""
    merged = raw.MergeV2Checkpoints(checkpoint_prefixes=[PATH], destination_prefix=PATH, name="merges")
    with tf.control_dependencies([merged]):
        return tf.identity(x)


def in_if_branch(x):
    return tf.cond(tf.reduce_sum(x) > 0, lambda: raw.ReadFile(filename=PATH, name="reads"), lambda: tf.constant(""))


def in_while_body(x):
    def body(i, text):
        return i + 1, raw.ReadFile(filename=PATH, name="reads")

    return tf.while_loop(lambda i, text: i < 1, body, [0, tf.constant("")])[1]


def in_case_branch(x):
    """Hides in one of a list of functions."""
    branches = [lambda: tf.constant("a"), lambda: tf.constant("b"), lambda: raw.ReadFile(filename=PATH, name="reads")]
    return tf.switch_case(tf.cast(x[0], tf.int32), branches)


def py_func(x):
    return tf.numpy_function(lambda y: y, [x], tf.float32)


def debug_identity(x):
    """Writes its input where an address says."""
    return raw.DebugIdentity(
        input=x, device_name="", tensor_name="x", debug_urls=[f"file://{PATH}"], gated_grpc=False, name="dumps"
    )


def memory_mapped(x):
    """Maps a file as a constant."""
    return raw.ImmutableConst(dtype=tf.float32, shape=[1], memory_region_name=PATH, name="maps")


def audio_summary(x):
    """Not dangerous, but not on any list of what image models need."""
    return raw.AudioSummaryV2(tag="a", tensor=tf.reshape(x, [1, -1]), sample_rate=1.0, name="unknown")


class Serves(tf.Module):
    """x float32 [n] -> y, whatever the function answers."""

    def __init__(self, function):
        super().__init__()
        self.serve = tf.function(lambda x: {"y": function(x)}, input_signature=[tf.TensorSpec([None], tf.float32, "x")])


class WithVariable(tf.Module):
    """x float32 [n] -> y = x + v: harmless until it is edited."""

    def __init__(self):
        super().__init__()
        self.v = tf.Variable(1.0)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, "x")])
    def serve(self, x):
        return {"y": x + self.v}


class TableOfTextFile(tf.Module):
    """Its start reads a text file: here one of its own assets, which an edit makes any file."""

    def __init__(self, path):
        super().__init__()
        lines = tf.lookup.TextFileInitializer(
            path, tf.string, tf.lookup.TextFileIndex.WHOLE_LINE, tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER
        )
        self.table = tf.lookup.StaticHashTable(lines, -1)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "x")])
    def serve(self, x):
        return {"y": self.table.lookup(x)}


def const(name: str, text: str, shape: list[int]) -> node_def_pb2.NodeDef:
    node = node_def_pb2.NodeDef(name=name, op="Const")
    node.attr["dtype"].type = tf.string.as_datatype_enum
    node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(text, dtype=tf.string, shape=shape))
    return node


def save_node(graph: graph_pb2.GraphDef) -> node_def_pb2.NodeDef:
    """Adds a node that writes a checkpoint to any path."""
    graph.node.append(const("evil_path", PATH, []))
    graph.node.append(const("evil_names", "x", [1]))
    graph.node.append(const("evil_slices", "", [1]))
    node = graph.node.add(
        name="evil_save", op="SaveV2", input=["evil_path", "evil_names", "evil_slices", "evil_path"]
    )
    node.attr["dtypes"].list.type.append(tf.string.as_datatype_enum)
    return node


def saves_at_restore(meta_graph):
    """The restore op, which loading runs, writes a file."""
    save_node(meta_graph.graph_def)
    meta_graph.saver_def.restore_op_name = "evil_save"


def saves_before_restore(meta_graph):
    """The restore op waits for a node that writes a file."""
    save_node(meta_graph.graph_def)
    for node in meta_graph.graph_def.node:
        if node.name == meta_graph.saver_def.restore_op_name:
            node.input.append("^evil_save")


def restores_another_path(meta_graph):
    """The restore function takes a path of its own and not the loader's."""
    for function in meta_graph.graph_def.library.function:
        for node in function.node_def:
            if node.op == "RestoreV2":
                node.input[0] = "evil_path:output:0"
                evil = const("evil_path", PATH, [])
                break
        else:
            continue
        function.node_def.append(evil)


def calls_the_savers_function(meta_graph):
    """A signature waits for a call of the saver's own function."""
    graph = meta_graph.graph_def
    save = meta_graph.saver_def.save_tensor_name.split(":")[0]
    (output,) = meta_graph.signature_def["serving_default"].outputs.values()
    for node in graph.node:
        if node.name == output.name.split(":")[0]:
            node.input.append(f"^{save}")


def in_dead_code(meta_graph):
    """A node that nothing asks for reads a file."""
    meta_graph.graph_def.node.append(const("evil_path", PATH, []))
    meta_graph.graph_def.node.add(name="evil_read", op="ReadFile", input=["evil_path"])


def asset_outside(meta_graph):
    """Names an asset that is not among its assets."""
    meta_graph.asset_file_def[0].filename = "../../../../etc/passwd"


def write(name: str, module: tf.Module, edit=None) -> None:
    folder = UNSAFE / name / "1"
    tf.saved_model.save(module, str(folder), signatures={"serving_default": module.serve})
    (folder / "fingerprint.pb").unlink()
    path = folder / "saved_model.pb"
    saved_model = saved_model_pb2.SavedModel.FromString(path.read_bytes())
    meta_graph = saved_model.meta_graphs[0]
    # Only Python reads these; without them the files are a third of the size, and name no path of the writer's.
    meta_graph.ClearField("object_graph_def")
    meta_graph.meta_info_def.ClearField("stripped_op_list")
    meta_graph.graph_def.ClearField("debug_info")
    if edit:
        edit(meta_graph)
    path.write_bytes(saved_model.SerializeToString(deterministic=True))


def main() -> None:
    shutil.rmtree(UNSAFE, ignore_errors=True)
    for function in [
        read_file, write_file, matching_files, print_to_file, save, restore, merge_checkpoints, in_if_branch,
        in_while_body, in_case_branch, py_func, debug_identity, memory_mapped, audio_summary,
    ]:  # fmt: skip
        write(function.__name__, Serves(function))
    for edit in [
        saves_at_restore, saves_before_restore, restores_another_path, calls_the_savers_function, in_dead_code,
    ]:  # fmt: skip
        write(edit.__name__, WithVariable(), edit)
    with tempfile.TemporaryDirectory() as folder:
        words = Path(folder) / "words.txt"
        words.write_text("cat\ndog\n")
        write("table_of_text_file", TableOfTextFile(str(words)))
        write("asset_outside", TableOfTextFile(str(words)), asset_outside)


if __name__ == "__main__":
    main()
