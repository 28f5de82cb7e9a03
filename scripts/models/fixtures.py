"""Writes the small SavedModels that the tests load.

One class a model, named as its folder: test/fixtures/models/<name>/1/. Every
signature takes and answers tensors by the names written here. Run it from
anywhere; it replaces what it wrote before and then checks each model by
loading it afresh.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import json
import shutil
from pathlib import Path

import numpy as np
import tensorflow as tf

FIXTURES = Path(__file__).resolve().parents[2] / "test" / "fixtures"

DTYPES = [
    *(tf.float32, tf.float64, tf.float16, tf.bfloat16, tf.complex64, tf.complex128),
    *(tf.int8, tf.int16, tf.int32, tf.int64, tf.uint8, tf.uint16, tf.uint32, tf.uint64),
    *(tf.bool, tf.string),
]


def signature(**inputs: tuple[tf.DType, list[int | None]]):
    """Makes a method a traced function of named tensors: name=(dtype, shape)."""

    def decorate(method):
        specs = [tf.TensorSpec(shape, dtype, name=name) for name, (dtype, shape) in inputs.items()]
        return tf.function(method, input_signature=specs)

    return decorate


class HalfPlusTwo(tf.Module):
    """x float32 [n] -> y = x / 2 + 2."""

    @signature(x=(tf.float32, [None]))
    def serve(self, x):
        return {"y": x * 0.5 + 2.0}


def identity(dtype: tf.DType) -> tf.Module:
    """x of the dtype, [n] -> y, the same."""

    class Identity(tf.Module):
        @signature(x=(dtype, [None]))
        def serve(self, x):
            return {"y": tf.identity(x)}

    return Identity()


def echo(shape: list[int | None], dtype: tf.DType = tf.float32, answer: tf.DType = tf.float32) -> tf.Module:
    """image [n, *shape] of the dtype -> pixels, the same numbers as the answer's dtype."""

    class Echo(tf.Module):
        @signature(image=(dtype, [None, *shape]))
        def serve(self, image):
            return {"pixels": tf.identity(tf.cast(image, answer))}

    return Echo()


class Signatures(tf.Module):
    """Four signatures: two inputs, two outputs, no batch dimension, and float64."""

    @signature(a=(tf.float32, [None]), b=(tf.float32, [None]))
    def serve(self, a, b):
        """a, b float32 [n] -> sum float32 [n]."""
        return {"sum": a + b}

    @signature(value=(tf.float32, [None, 2]), factor=(tf.float32, [None, 1]))
    def scale(self, value, factor):
        """value float32 [n, 2], factor float32 [n, 1] -> product float32 [n, 2], total float32 [n]."""
        product = value * factor
        return {"product": product, "total": tf.reduce_sum(product, axis=1)}

    @signature(m=(tf.float32, [2, 3]))
    def fixed(self, m):
        """m float32 [2, 3] -> t float32 [3, 2], transposed."""
        return {"t": tf.transpose(m)}

    @signature(d=(tf.float64, [None]))
    def double(self, d):
        """d float64 [n] -> d2 float64 [n], twice d."""
        return {"d2": d * 2.0}


class Colours(tf.Module):
    """image float32 [n, 8, 8, 3] in 0..1 -> scores float32 [n, 3]: each channel's share of the light.

    A pure red picture gives [1, 0, 0]; a black one, which has no light, [0, 0, 0].
    """

    @signature(image=(tf.float32, [None, 8, 8, 3]))
    def serve(self, image):
        means = tf.reduce_mean(image, axis=[1, 2])
        return {"scores": tf.math.divide_no_nan(means, tf.reduce_sum(means, axis=1, keepdims=True))}


class ColoursLogits(tf.Module):
    """image float32 [n, 8, 8, 3] in 0..1 -> logits float32 [n, 3]: five times each channel's mean."""

    @signature(image=(tf.float32, [None, 8, 8, 3]))
    def serve(self, image):
        return {"logits": 5.0 * tf.reduce_mean(image, axis=[1, 2])}


class ColoursAndAge(tf.Module):
    """image float32 [n, 8, 8, 3] in 0..1, age float32 [n, 1] -> scores float32 [n, 3].

    Those of `colours`, moved towards the third class by as many hundredths as age says.
    """

    @signature(image=(tf.float32, [None, 8, 8, 3]), age=(tf.float32, [None, 1]))
    def serve(self, image, age):
        means = tf.reduce_mean(image, axis=[1, 2])
        shares = tf.math.divide_no_nan(means, tf.reduce_sum(means, axis=1, keepdims=True))
        return {"scores": shares * (1.0 - age / 100.0) + tf.constant([[0.0, 0.0, 0.01]]) * age}


class BlockyBeside(tf.Module):
    """image string [n], PNGs, and amount int32 [n] -> changed string [n], PNGs with amount added to every sample."""

    @signature(image=(tf.string, [None]), amount=(tf.int32, [None]))
    def serve(self, image, amount):
        def add(row):
            png, more = row
            changed = tf.cast(tf.io.decode_png(png, channels=3), tf.int32) + more
            return tf.io.encode_png(tf.saturate_cast(changed, tf.uint8))

        return {"changed": tf.map_fn(add, (image, amount), fn_output_signature=tf.TensorSpec([], tf.string))}


class Decodes(tf.Module):
    """image string [n], JPEGs or PNGs -> mean float32 [n, 3], and the same of one picture without a batch."""

    @signature(image=(tf.string, [None]))
    def serve(self, image):
        return {"mean": tf.map_fn(self.mean, image, fn_output_signature=tf.TensorSpec([3], tf.float32))}

    @signature(image=(tf.string, []))
    def one(self, image):
        return {"mean": self.mean(image)}

    def mean(self, encoded):
        return tf.reduce_mean(tf.cast(tf.io.decode_jpeg(encoded, channels=3), tf.float32), axis=[0, 1])


class Blocky(tf.Module):
    """image string [n], PNGs of any sizes -> inverted string [n], PNGs with every sample 255 - x."""

    @signature(image=(tf.string, [None]))
    def serve(self, image):
        def invert(png):
            return tf.io.encode_png(255 - tf.io.decode_png(png, channels=3))

        return {"inverted": tf.map_fn(invert, image, fn_output_signature=tf.TensorSpec([], tf.string))}


class Fails(tf.Module):
    """x float32 [n] -> y = x, but the run fails if any number is negative."""

    @signature(x=(tf.float32, [None]))
    def serve(self, x):
        with tf.control_dependencies([tf.debugging.assert_non_negative(x, message="x must not be negative")]):
            return {"y": tf.identity(x)}


class Slow(tf.Module):
    """x float32 [n] -> y = x, after about half a second of matrix products on one core.

    The products are of a reflection with itself, so they stay bounded, and y
    depends on them, so that no optimiser may leave them out.
    """

    ROUNDS = 2400

    @signature(x=(tf.float32, [None]))
    def serve(self, x):
        direction = tf.fill([256, 1], 1.0 / 16.0)
        reflection = tf.eye(256) - 2.0 * tf.matmul(direction, direction, transpose_b=True)
        _, product = tf.while_loop(
            lambda i, _: i < self.ROUNDS,
            lambda i, product: (i + 1, tf.matmul(product, reflection)),
            (tf.constant(0), reflection),
        )
        return {"y": tf.where(product[0, 0] < 1e9, x, x + product[0, 0])}


MODELS: dict[str, tf.Module] = {
    "half_plus_two": HalfPlusTwo(),
    **{f"identity_{dtype.name}": identity(dtype) for dtype in DTYPES},
    "signatures": Signatures(),
    "echo": echo([4, 4, 3]),
    "echo_nchw": echo([3, 4, 4]),
    "echo_grey": echo([4, 4, 1]),
    "echo_rgba": echo([4, 4, 4]),
    "echo_uint8": echo([4, 4, 3], tf.uint8, tf.int32),
    "echo_any": echo([None, None, 3]),
    "colours": Colours(),
    "colours_logits": ColoursLogits(),
    "colours_and_age": ColoursAndAge(),
    "blocky": Blocky(),
    "blocky_beside": BlockyBeside(),
    "decodes": Decodes(),
    "fails": Fails(),
    "slow": Slow(),
}

LABELS = {
    "colours.json": ["red", "green", "blue"],
    "colours_sparse.json": {"0": "red", "2": "blue"},
}


def save(name: str, module: tf.Module) -> None:
    """Exports a module's `serve` as serving_default and its other signatures by their own names."""
    folder = FIXTURES / "models" / name / "1"
    shutil.rmtree(folder, ignore_errors=True)
    signatures = {"serving_default": module.serve}
    for other in ("scale", "fixed", "double", "one"):
        if hasattr(module, other):
            signatures[other] = getattr(module, other)
    tf.saved_model.save(module, str(folder), signatures)
    (folder / "fingerprint.pb").unlink()
    (folder / "assets").rmdir()


def check() -> None:
    """Loads every model afresh and runs it once; raises where the answer is not the promised one."""

    def run(name, signature="serving_default", **inputs):
        # The model must outlive its signature's call.
        model = tf.saved_model.load(str(FIXTURES / "models" / name / "1"))
        inputs = {key: tf.constant(value) for key, value in inputs.items()}
        return {key: value.numpy() for key, value in model.signatures[signature](**inputs).items()}

    def same(got, **wanted):
        assert got.keys() == wanted.keys(), (got.keys(), wanted.keys())
        for key, value in wanted.items():
            # As objects, since numpy's own byte strings drop trailing zeros.
            value = np.array(value, object) if got[key].dtype == object else value
            np.testing.assert_array_equal(got[key], value)

    same(run("half_plus_two", x=np.float32([1, 2, 5])), y=np.float32([2.5, 3, 4.5]))
    for dtype in DTYPES:
        values = [b"a", b"\xff\x00"] if dtype == tf.string else tf.cast([0, 1], dtype).numpy()
        same(run(f"identity_{dtype.name}", x=values), y=values)
    same(run("signatures", a=np.float32([1, 2]), b=np.float32([3, 4])), sum=np.float32([4, 6]))
    same(
        run("signatures", "scale", value=np.float32([[1, 2], [3, 4]]), factor=np.float32([[2], [3]])),
        product=np.float32([[2, 4], [9, 12]]),
        total=np.float32([6, 21]),
    )
    matrix = np.float32([[1, 2, 3], [4, 5, 6]])
    same(run("signatures", "fixed", m=matrix), t=matrix.T)
    same(run("signatures", "double", d=np.float64([1.5])), d2=np.float64([3]))
    for name, shape in {
        "echo": (4, 4, 3),
        "echo_nchw": (3, 4, 4),
        "echo_grey": (4, 4, 1),
        "echo_rgba": (4, 4, 4),
        "echo_any": (5, 7, 3),
    }.items():
        image = np.arange(2 * np.prod(shape), dtype=np.float32).reshape(2, *shape)
        same(run(name, image=image), pixels=image)
    image = np.arange(48, dtype=np.uint8).reshape(1, 4, 4, 3)
    same(run("echo_uint8", image=image), pixels=image.astype(np.int32))
    red = np.zeros((1, 8, 8, 3), np.float32)
    red[..., 0] = 1
    same(run("colours", image=red), scores=np.float32([[1, 0, 0]]))
    same(run("colours_logits", image=red), logits=np.float32([[5, 0, 0]]))
    red2 = np.concatenate([red, red])
    got = run("colours_and_age", image=red2, age=np.float32([[0], [25]]))["scores"]
    np.testing.assert_allclose(got, [[1, 0, 0], [0.75, 0, 0.25]], atol=1e-7)
    pixels = [np.full((2, 3, 3), 10, np.uint8), np.full((5, 1, 3), 200, np.uint8)]
    inverted = run("blocky", image=[tf.io.encode_png(p).numpy() for p in pixels])["inverted"]
    for before, after in zip(pixels, inverted, strict=True):
        np.testing.assert_array_equal(tf.io.decode_png(after).numpy(), 255 - before)
    changed = run("blocky_beside", image=[tf.io.encode_png(p).numpy() for p in pixels], amount=[5, 100])["changed"]
    for wanted, after in zip([15, 255], changed, strict=True):
        assert (tf.io.decode_png(after).numpy() == wanted).all()
    encoded = tf.io.encode_png(pixels[0]).numpy()
    same(run("decodes", image=[encoded]), mean=np.float32([[10, 10, 10]]))
    same(run("decodes", "one", image=encoded), mean=np.float32([10, 10, 10]))
    same(run("fails", x=np.float32([0, 1])), y=np.float32([0, 1]))
    try:
        run("fails", x=np.float32([1, -1]))
    except tf.errors.InvalidArgumentError:
        pass
    else:
        raise AssertionError("fails answered for a negative number")
    same(run("slow", x=np.float32([7])), y=np.float32([7]))


def main() -> None:
    for name, module in MODELS.items():
        save(name, module)
    (FIXTURES / "labels").mkdir(parents=True, exist_ok=True)
    for name, labels in LABELS.items():
        (FIXTURES / "labels" / name).write_text(json.dumps(labels) + "\n")
    check()
    size = sum(file.stat().st_size for file in (FIXTURES / "models").rglob("*") if file.is_file())
    print(f"{len(MODELS)} models, {size / 1024:.0f} KiB, each loaded and run")


if __name__ == "__main__":
    main()
