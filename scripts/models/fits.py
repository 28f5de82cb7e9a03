"""Writes test/fixtures/fits.json: where TensorFlow, Keras and Pillow put 2,000 pictures of drawn sizes, told by themselves.

Of each, in base64, what of the library's own the server is held to:

- `letterbox`: left, top, width and height of the picture that `tf.image.resize_with_pad` lays down.
- `keras-crop`: the same of what `crop_to_aspect_ratio` cuts out; `load_img`: what `keep_aspect_ratio` of Keras's `load_img` does.
- `keras-pad`: left, top, width and height of what `pad_to_aspect_ratio` makes of a picture, the first two how much is added there.
- `fit`: left, top, right and bottom of the box that `ImageOps.fit` scales; as float32, which is what Pillow makes of them.
- `pad`: left, top, width and height of the picture that `ImageOps.pad` lays down.

Run it from anywhere.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import io
import json
from unittest.mock import patch

import keras
import numpy
import PIL
import tensorflow as tf
from PIL import Image, ImageOps
from vectors import FIXTURES, drawn_sizes, packed

MOST_PADDED = 4_000_000
"""Larger ones are left out, as 0, 0, 0, 0."""


def where(laid: numpy.ndarray) -> list[int]:
    """Of what is not 0 in a picture."""
    rows, columns = laid.any(1).nonzero()[0], laid.any(0).nonzero()[0]
    return [columns[0], rows[0], len(columns), len(rows)] if len(rows) else [0, 0, 0, 0]


def letterboxed(width: int, height: int, target_width: int, target_height: int) -> list[int]:
    white = numpy.ones((height, width, 1), numpy.uint8)
    try:
        laid = tf.image.resize_with_pad(white, target_height, target_width, method="nearest").numpy()[..., 0]
    except tf.errors.InvalidArgumentError:  # No side may become 0 there.
        return [0, 0, 0, 0]
    return where(laid)


def resized_by_keras(picture: numpy.ndarray, target_width: int, target_height: int, **ratio: bool) -> numpy.ndarray:
    """What Keras gives TensorFlow to stretch."""
    given = []

    def stretch(images, size, **_):
        given.append(images.numpy())
        return images

    with patch("tensorflow.image.resize", stretch):
        keras.ops.image.resize(tf.constant(picture), (target_height, target_width), **ratio)
    return given[0]


def cropped(width: int, height: int, target_width: int, target_height: int) -> list[int]:
    places = numpy.stack(numpy.meshgrid(range(width), range(height)), -1).astype(numpy.int32)
    part = resized_by_keras(places, target_width, target_height, crop_to_aspect_ratio=True)
    return [*part[0, 0], part.shape[1], part.shape[0]]


def padded(width: int, height: int, target_width: int, target_height: int) -> list[int]:
    if max(width * width * target_height / target_width, height * height * target_width / target_height) > MOST_PADDED:
        return [0, 0, 0, 0]
    white = numpy.ones((height, width, 1), numpy.float32)
    laid = resized_by_keras(white, target_width, target_height, pad_to_aspect_ratio=True)[..., 0]
    return [*where(laid)[:2], laid.shape[1], laid.shape[0]]


def box_of(resize) -> list[float]:
    """What of a picture Pillow is told to resize."""
    boxes = []

    def stretch(self, size, resample=None, box=None, reducing_gap=None):
        boxes.append(box or (0, 0, *self.size))
        return self

    with patch.object(Image.Image, "resize", stretch):
        resize()
    return boxes[0]


def loaded(width: int, height: int, target_width: int, target_height: int) -> list[int]:
    target = (target_height, target_width)
    if (width, height) == (target_width, target_height):
        return [0, 0, width, height]
    with patch.object(Image, "open", lambda _: Image.new("RGB", (width, height))):
        load = lambda: keras.utils.load_img(io.BytesIO(), target_size=target, keep_aspect_ratio=True)  # noqa: E731
        left, top, right, bottom = box_of(load)
    return [left, top, right - left, bottom - top]


def fitted(width: int, height: int, target_width: int, target_height: int) -> list[float]:
    picture = Image.new("L", (width, height))
    return box_of(lambda: ImageOps.fit(picture, (target_width, target_height)))


def laid_by_pillow(width: int, height: int, target_width: int, target_height: int) -> list[int]:
    white = Image.new("L", (width, height), 255)
    return where(numpy.asarray(ImageOps.pad(white, (target_width, target_height), Image.Resampling.NEAREST)))


def main() -> None:
    sizes = drawn_sizes()
    ways = {
        "letterbox": (letterboxed, "<u2"),
        "keras-crop": (cropped, "<u2"),
        "load_img": (loaded, "<u2"),
        "keras-pad": (padded, "<u2"),
        "fit": (fitted, "<f4"),
        "pad": (laid_by_pillow, "<u2"),
    }
    tables = {name: packed([way(*size) for size in sizes], dtype) for name, (way, dtype) in ways.items()}
    versions = {"tensorflow": tf.__version__, "keras": keras.__version__, "pillow": PIL.__version__}
    lines = [f"  {json.dumps(name)}: {json.dumps(table)}" for name, table in tables.items()]
    head = [f'  "versions": {json.dumps(versions)}', f'  "sizes": {json.dumps(packed(sizes, "<u2"))}']
    text = ",\n".join([*head, *lines])
    (FIXTURES / "fits.json").write_text(f"{{\n{text}\n}}\n")
    print(f"{len(sizes)} sizes, {len(ways)} ways")


if __name__ == "__main__":
    main()
