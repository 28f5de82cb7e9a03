"""Writes the warm-up requests that the tests of src/models/warm-up/requests read.

test/fixtures/warm-up/<case>/assets.extra/tf_serving_warmup_requests, as TensorFlow
and TensorFlow Serving's own messages write them. Besides TensorFlow it takes the
messages, a package of Python files that is installed without what it depends on:

    python -m venv .venv && .venv/bin/pip install -r scripts/models/requirements.txt
    .venv/bin/pip install --no-deps tensorflow-serving-api==2.21.0
    .venv/bin/python scripts/models/warmup_fixtures.py

The files are the same each time.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import shutil
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow.core.framework.tensor_pb2 import TensorProto
from tensorflow_serving.apis import prediction_log_pb2

FOLDER = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "warm-up"
FILE = Path("assets.extra") / "tf_serving_warmup_requests"
Log = prediction_log_pb2.PredictionLog


def predict(inputs: dict, signature: str = "") -> Log:
    log = Log()
    request = log.predict_log.request
    request.model_spec.name = "m"
    request.model_spec.signature_name = signature
    for name, value in inputs.items():
        request.inputs[name].CopyFrom(value if isinstance(value, TensorProto) else tf.make_tensor_proto(value))
    return log


def example(**features) -> tf.train.Example:
    made = tf.train.Example()
    for name, value in features.items():
        feature = made.features.feature[name]
        if isinstance(value, bytes):
            feature.bytes_list.value.append(value)
        elif isinstance(value, int):
            feature.int64_list.value.append(value)
        else:
            feature.float_list.value.extend(value)
    return made


def listed(array: np.ndarray, kept: int | None = None) -> TensorProto:
    """The tensor with its elements in the list of its dtype, `kept` of them."""
    dtype = tf.as_dtype(array.dtype)
    proto = TensorProto(dtype=dtype.as_datatype_enum, tensor_shape=tf.TensorShape(array.shape).as_proto())
    values = array.ravel()[:kept]
    if dtype.is_complex:
        values = values.view(values.real.dtype)
    elif dtype in (tf.float16, tf.bfloat16):
        values = values.view(np.uint16)
    fields = {
        tf.float32: "float_val", tf.float64: "double_val", tf.complex64: "scomplex_val",
        tf.complex128: "dcomplex_val", tf.int64: "int64_val", tf.bool: "bool_val", tf.float16: "half_val",
        tf.bfloat16: "half_val", tf.uint32: "uint32_val", tf.uint64: "uint64_val",
    }  # fmt: skip
    getattr(proto, fields.get(dtype, "int_val")).extend(values.tolist())
    if kept is None or kept > 0:
        np.testing.assert_array_equal(tf.make_ndarray(proto), array)
    return proto


def content(array: np.ndarray) -> TensorProto:
    proto = listed(array, 0)
    proto.tensor_content = array.tobytes()
    np.testing.assert_array_equal(tf.make_ndarray(proto), array)
    return proto


NUMBERS = {
    "float32": np.array([[1.5, -2], [3e38, 0]], np.float32),
    "float64": np.array([1e300, -0.1]),
    "float16": np.array([1, -2.5], np.float16),
    "bfloat16": np.array([1, -2.5], tf.bfloat16.as_numpy_dtype),
    "int8": np.array([-128, 127], np.int8),
    "int16": np.array([-32768, 32767], np.int16),
    "int32": np.array([-(2**31), 2**31 - 1], np.int32),
    "int64": np.array([-(2**63), 2**63 - 1], np.int64),
    "uint8": np.array([0, 255], np.uint8),
    "uint16": np.array([0, 65535], np.uint16),
    "uint32": np.array([0, 2**32 - 1], np.uint32),
    "uint64": np.array([0, 2**64 - 1], np.uint64),
    "bool": np.array([True, False]),
    "complex64": np.array([1 + 2j, -3j], np.complex64),
    "complex128": np.array([1 + 2j, -3j], np.complex128),
}


def dtypes() -> Log:
    """Each dtype twice: as `<dtype>_listed` and as `<dtype>_content`."""
    inputs = {f"{name}_listed": listed(array) for name, array in NUMBERS.items()}
    return predict(inputs | {f"{name}_content": content(array) for name, array in NUMBERS.items()})


def short_lists() -> Log:
    """Fewer elements in the list than the shape has: the last stands for the rest, none for zeros."""
    return predict(
        {
            "repeated": listed(np.array([[1, 2], [2, 2]], np.float32), 2),
            "complex": listed(np.array([1 + 1j, 5 + 6j, 5 + 6j], np.complex64), 2),
            "none": listed(np.zeros((2, 2), np.int64), 0),
            "empty": listed(np.zeros((0, 3), np.float32), 0),
            "scalar": listed(np.array(7, np.int32)),
        }
    )


def strings() -> Log:
    repeated = tf.make_tensor_proto([b"a", b"b"], shape=[2])
    repeated.tensor_shape.dim[0].size = 4
    packed = tf.make_tensor_proto([b""], shape=[1])
    packed.ClearField("string_val")
    packed.tensor_shape.dim[0].size = 2
    packed.tensor_content = b"\x02\x81\x01" + b"hi" + b"x" * 129
    np.testing.assert_array_equal(
        tf.io.parse_tensor(packed.SerializeToString(), tf.string), [b"hi", b"x" * 129]
    )
    return predict({"bytes": [[b"\x00\xff", b""]], "repeated": repeated, "packed": packed, "scalar": b"one"})


def picture() -> Log:
    pixels = np.arange(2 * 4 * 5 * 3, dtype=np.uint8).reshape(2, 4, 5, 3)
    return predict({"image": pixels.astype(np.float32) / 255})


def with_examples(field: str, context: bool) -> Log:
    log = Log()
    request = getattr(log, field).request
    request.model_spec.name = "m"
    request.model_spec.signature_name = {"classify_log": "classify_x_to_y", "regress_log": ""}[field]
    where = request.input.example_list_with_context if context else request.input.example_list
    where.examples.extend([example(x=[1.0]), example(x=[2.0], y=b"own", z=3)])
    if context:
        where.context.CopyFrom(example(y=b"shared", u=[0.5, 0.25]))
    return log


def multi_inference() -> Log:
    log = Log()
    request = log.multi_inference_log.request
    for method in ("classify", "regress"):
        task = request.tasks.add()
        task.model_spec.name = "m"
        task.model_spec.signature_name = f"{method}_x_to_y"
        task.method_name = f"tensorflow/serving/{method}"
    request.input.example_list.examples.append(example(x=[80.0]))
    return log


def session_run() -> Log:
    log = Log()
    log.session_run_log.request.fetch.append("y:0")
    return log


def streamed() -> Log:
    log = Log()
    log.predict_streamed_log.request.add().CopyFrom(half_plus_two().predict_log.request)
    return log


def half_plus_two() -> Log:
    log = predict({"x": np.array([1, 2, 5], np.float32)})
    # As a real log has it: the answer, and when and where it was given.
    log.predict_log.response.outputs["y"].CopyFrom(tf.make_tensor_proto([2.5, 3.0, 4.5]))
    log.log_metadata.sampling_config.sampling_rate = 1
    log.log_metadata.saved_model_tags.append("serve")
    return log


def write(case: str, *logs: Log) -> Path:
    path = FOLDER / case / FILE
    path.parent.mkdir(parents=True)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for log in logs:
            writer.write(log.SerializeToString(deterministic=True))
    return path


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    half = half_plus_two()
    write("predict", half, predict({"x": np.array([0], np.float32)}, "other"))
    write("picture", picture())
    write("strings", strings())
    write("dtypes", dtypes())
    write("short_lists", short_lists())
    write("examples", with_examples("classify_log", False), with_examples("regress_log", True))
    write("multi_inference", multi_inference())
    write("session_run", half, session_run())
    write("streamed", streamed())
    cut = write("truncated", half, half)
    cut.write_bytes(cut.read_bytes()[:-20])
    wrong = write("bad_checksum", half, half)
    spoilt = bytearray(wrong.read_bytes())
    spoilt[-6] ^= 1
    wrong.write_bytes(spoilt)


main()
