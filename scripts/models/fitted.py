"""Writes test/fixtures/fitted.json: what TensorFlow, Keras and Pillow make of noise where they keep its proportions.

Of Pillow's the SHA-256 of the bytes, of TensorFlow's some of the values, every `step`-th, as float32 in base64. `pad` is the colour that was asked
for, if any. Run it from anywhere.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import hashlib
import io
import json

import keras
import numpy
import PIL
import tensorflow as tf
from PIL import Image, ImageOps
from vectors import FIXTURES, SIZES, noise, packed

CHANNELS = {"L": 1, "RGB": 3, "RGBA": 4}
FILTERS = ["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"]
METHODS = [("nearest", False), ("bilinear", False), ("bicubic", False), ("area", False), ("lanczos3", False)]
METHODS += [("bilinear", True), ("bicubic", True)]
ODD = [((33, 31), (32, 32)), ((61, 20), (32, 32)), ((20, 61), (32, 32)), ((1, 5), (32, 32)), ((300, 3), (20, 20))]
TALL = [((30, 90), (40, 20)), ((75, 156), (40, 52)), ((3, 400), (5, 20)), ((50, 400), (40, 30)), ((40, 90), (40, 50))]
"""Where Pillow 13 begins with the columns, or would of the whole picture, or of the part."""
COLOUR = (9, 99, 199)
GREY = 99
VALUES = 24


def drawn(mode: str, size: tuple[int, int]) -> Image.Image:
    return Image.frombytes(mode, size, noise(*size, CHANNELS[mode]))


def pillow_cases():
    def case(resize: str, name: str, mode: str, start, to, made: Image.Image, **more) -> dict:
        sha256 = hashlib.sha256(made.tobytes()).hexdigest()
        channels = CHANNELS[mode]
        return {"resize": resize, "resampling": name, "channels": channels, "from": start, "to": to, **more, "sha256": sha256}

    for start, to in [*SIZES, *ODD, *TALL]:
        for name in FILTERS:
            for mode in CHANNELS if name in ("nearest", "lanczos") else ["RGB"]:
                made = ImageOps.fit(drawn(mode, start), to, Image.Resampling[name.upper()])
                yield case("fit", name, mode, start, to, made)
        for mode in CHANNELS:
            made = ImageOps.pad(drawn(mode, start), to)
            yield case("pad", "bicubic", mode, start, to, made)
            made = ImageOps.pad(drawn(mode, start), to, Image.Resampling.NEAREST, "#%02x%02x%02x" % COLOUR)
            yield case("pad", "nearest", mode, start, to, made, pad=COLOUR)
        for name in ["nearest", "bilinear", "lanczos"]:
            file = io.BytesIO()
            drawn("RGB", start).save(file, "PNG")
            try:
                made = keras.utils.load_img(file, target_size=to[::-1], interpolation=name, keep_aspect_ratio=True)
            except ValueError:  # Nothing is left of the picture.
                continue
            if made.size == to:
                yield case("keras-crop", name, "RGB", start, to, made)


def tensorflow_cases():
    def case(resize: str, name: str, antialias: bool, start, to, made, **more) -> dict:
        values = numpy.asarray(made, "<f4").ravel()
        step = max(1, len(values) // VALUES) | 1  # Odd, or all would be of one channel.
        case = {"resize": resize, "resampling": f"tensorflow.{name}", "channels": 3, "from": start, "to": to, **more}
        if antialias:
            case["antialias"] = True
        return {**case, "step": step, "values": packed(values[::step], "<f4")}

    for start, to in [*SIZES, *ODD]:
        picture = numpy.frombuffer(noise(*start, 3), numpy.uint8).reshape(*start[::-1], 3)
        for name, antialias in METHODS:
            how = {"interpolation": name, "antialias": antialias}
            size = to[::-1]
            floats = tf.constant(picture, tf.float32)
            made = keras.ops.image.resize(floats, size, crop_to_aspect_ratio=True, **how)
            yield case("keras-crop", name, antialias, start, to, made)
            made = keras.ops.image.resize(floats, size, pad_to_aspect_ratio=True, fill_value=GREY, **how)
            yield case("keras-pad", name, antialias, start, to, made, pad=[GREY] * 3)
            try:
                made = tf.image.resize_with_pad(picture, *size, method=name, antialias=antialias)
            except tf.errors.InvalidArgumentError:  # No side may become 0 there.
                continue
            yield case("letterbox", name, antialias, start, to, made)


def main() -> None:
    cases = [*pillow_cases(), *tensorflow_cases()]
    versions = {"tensorflow": tf.__version__, "keras": keras.__version__, "pillow": PIL.__version__}
    lines = ",\n".join(f"    {json.dumps(case)}" for case in cases)
    (FIXTURES / "fitted.json").write_text(f'{{\n  "versions": {json.dumps(versions)},\n  "cases": [\n{lines}\n  ]\n}}\n')
    print(f"{len(cases)} cases")


if __name__ == "__main__":
    main()
