"""Writes the small classifiers that the tests of what counts as scores load: test/fixtures/classifiers/<name>/1/.

All but the last few see colours: image [n, 8, 8, 3] from 0 to 1 (int8 from -128, other whole numbers from 0 to 255) -> each channel's share of
the light. They differ in the dtype and shape of what goes in and comes out. Run it from anywhere; it replaces what it wrote before.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import shutil
from pathlib import Path

import tensorflow as tf

FOLDER = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "classifiers"


def module(shape: list[int | None], answer, dtype: tf.DType = tf.float32, name: str = "image") -> tf.Module:
    """One input of that shape and dtype; `answer` takes it as float32 from 0 to 1 and gives the outputs by name."""

    class Model(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec(shape, dtype, name=name)])
        def serve(self, image):
            light = tf.cast(image, tf.float32)
            if dtype == tf.int8:
                light = (light + 128.0) / 255.0
            elif dtype.is_integer:
                light = light / 255.0
            return answer(light)

    return Model()


PICTURES = [None, 8, 8, 3]


def shares(image):
    means = tf.reduce_mean(image, axis=[1, 2])
    return tf.math.divide_no_nan(means, tf.reduce_sum(means, axis=1, keepdims=True))


def scores(change=lambda share: share):
    return lambda image: {"scores": change(shares(image))}


def unknown_rank(share):
    return tf.compat.v1.placeholder_with_default(share, shape=None)


def green(image):
    """[n, 1]: how green a picture is, from 0 to 1."""
    return shares(image)[:, 1:2]


def halves(image):
    """image [n, height, width] -> scores [n, 2]: the light of the upper and of the lower half."""
    means = tf.reduce_mean(image, axis=2)
    middle = means.shape[1] // 2
    return tf.stack([tf.reduce_mean(means[:, :middle], axis=1), tf.reduce_mean(means[:, middle:], axis=1)], axis=1)


def detections(image):
    """The outputs of an exported model of TensorFlow's Object Detection API."""
    score = tf.range(100.0, 0.0, -1.0)[None] / 100.0 * tf.reduce_mean(image)
    raw = tf.fill([1, 20, 91], tf.reduce_mean(image))
    return {
        "detection_boxes": tf.fill([1, 100, 4], 0.5),
        "detection_scores": score,
        "detection_classes": tf.ones([1, 100]),
        "detection_multiclass_scores": tf.fill([1, 100, 91], 0.1),
        "detection_anchor_indices": tf.ones([1, 100]),
        "num_detections": tf.constant([100.0]),
        "raw_detection_boxes": tf.fill([1, 20, 4], 0.5),
        "raw_detection_scores": raw,
    }


CAST = (tf.float16, tf.bfloat16, tf.float64, tf.uint8, tf.int8)
INPUTS = (tf.float16, tf.bfloat16, tf.float64, tf.int8, tf.uint8, tf.int16, tf.uint16, tf.int32, tf.uint32, tf.int64, tf.uint64)

MODELS: dict[str, tf.Module] = {
    **{
        f"scores_{dtype.name}": module(PICTURES, scores(lambda share, to=dtype: tf.cast(share * (100 if to.is_integer else 1), to)))
        for dtype in CAST
    },
    **{f"input_{dtype.name}": module(PICTURES, scores(), dtype) for dtype in INPUTS},
    "n_1_k": module(PICTURES, scores(lambda share: share[:, None])),
    "n_1_1_k": module(PICTURES, scores(lambda share: share[:, None, None])),
    "n_k_1_1": module(PICTURES, scores(lambda share: share[:, :, None, None])),
    "n_k_1": module(PICTURES, scores(lambda share: share[:, :, None])),
    "one_k": module([1, 8, 8, 3], scores()),
    "k": module([8, 8, 3], lambda image: {"scores": shares(image[None])[0]}),
    "unknown_rank": module(PICTURES, scores(unknown_rank)),
    "unknown_rank_n_1_1_k": module(PICTURES, scores(lambda share: unknown_rank(share[:, None, None]))),
    "unknown_rank_map": module(PICTURES, lambda image: {"map": unknown_rank(image[..., :1])}),
    "map": module(PICTURES, lambda image: {"map": image[..., :1]}),
    "index": module(PICTURES, lambda image: {"index": tf.argmax(shares(image), axis=1)}),
    "two_heads": module(PICTURES, lambda image: {"colour": shares(image), "halves": halves(image[..., 0])}),
    "probabilities_and_logits": module(
        PICTURES, lambda image: {"probabilities": shares(image), "logits": tf.math.log(shares(image))}
    ),
    "detector": module([1, None, None, 3], detections, tf.uint8, "input_tensor"),
    "binary": module(PICTURES, lambda image: {"green": green(image)}),
    "binary_n": module(PICTURES, lambda image: {"green": green(image)[:, 0]}),
    "binary_n_1_1_1": module(PICTURES, lambda image: {"green": green(image)[:, None, None]}),
    "binary_float16": module(PICTURES, lambda image: {"green": tf.cast(green(image), tf.float16)}),
    "binary_logit": module(PICTURES, lambda image: {"logit": 8.0 * (green(image) - 0.5)}),
    "grey": module([None, 28, 28], lambda image: {"scores": halves(image)}),
    "grey_uint8": module([None, 28, 28], lambda image: {"scores": halves(image)}, tf.uint8),
    "grey_no_batch": module([28, 28], lambda image: {"scores": halves(image[None])[0]}),
    "sequence": module([None, 50, 6], lambda image: {"scores": halves(image)}, name="steps"),
}


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    for name, model in MODELS.items():
        folder = FOLDER / name / "1"
        tf.saved_model.save(model, str(folder), {"serving_default": model.serve})
        (folder / "fingerprint.pb").unlink()
        (folder / "assets").rmdir()
    size = sum(file.stat().st_size for file in FOLDER.rglob("*") if file.is_file())
    print(f"{len(MODELS)} models, {size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
