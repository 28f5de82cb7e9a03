"""Writes what Python TensorFlow answers with the bundled models, for the tests to compare with.

test/fixtures/shapes-expected.json: for every file in samples/, its label and
the ten probabilities in the order of labels/shapes.json, from Pillow's decoding
and resizing. A tolerance is needed: other decoders and resizers differ a little.

test/fixtures/image-to-image/<name>.in.png and <name>.out.png: a noisy picture
and the exact bytes that models/denoise/1 answers.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import io
import json
import re
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image

from drawing import SPLITS, draw, noisy, stretched

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "test" / "fixtures"


def shapes_expected() -> None:
    """Writes shapes-expected.json; raises if a sample is not clearly the shape it is named for."""
    labels = json.loads((ROOT / "labels" / "shapes.json").read_text())
    model = tf.saved_model.load(str(ROOT / "models" / "shapes" / "1"))
    expected = {}
    for file in sorted((ROOT / "samples").iterdir()):
        with Image.open(file) as picture:
            image = np.float32(stretched(picture)[np.newaxis] / 127.5 - 1)
        scores = model.signatures["serving_default"](image=tf.constant(image))["probabilities"].numpy()[0]
        label = labels[scores.argmax()]
        print(f"{file.name:<16} {label:<10} {scores.max():.4f}")
        shape = file.stem.removeprefix("tiny-")
        if shape in labels:
            assert label == shape and scores.max() >= 0.9, f"{file.name} is not clearly a {shape}"
        expected[file.name] = {"label": label, "probabilities": [round(float(score), 4) for score in scores]}
    text = json.dumps(expected, indent=2)
    # Each list of numbers on one line.
    text = re.sub(r"\[\s+([^]]+?)\s+\]", lambda found: f"[{' '.join(found[1].split())}]", text)
    (FIXTURES / "shapes-expected.json").write_text(text + "\n")


def image_to_image_expected() -> None:
    """Writes the pairs of pictures: RGB, grey, one with alpha, and one of 3×1 pixels."""
    model = tf.saved_model.load(str(ROOT / "models" / "denoise" / "1"))
    folder = FIXTURES / "image-to-image"
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng([SPLITS["samples"], 200])
    pictures = {
        "rgb": noisy(rng, draw(rng, "star", (97, 61)), 20),
        "grey": noisy(rng, draw(rng, "ring", (65, 83)).convert("L"), 25),
        "alpha": noisy(rng, draw(rng, "arrow", (51, 47)).convert("RGBA"), 15),
        "narrow": noisy(rng, draw(rng, "cross", (64, 64)).crop((20, 0, 23, 1)), 15),
    }
    for name, picture in pictures.items():
        buffer = io.BytesIO()
        picture.save(buffer, "PNG", optimize=True)
        answer = model.signatures["serving_default"](image=tf.constant(buffer.getvalue()))["image"].numpy()
        assert Image.open(io.BytesIO(answer)).size == picture.size
        (folder / f"{name}.in.png").write_bytes(buffer.getvalue())
        (folder / f"{name}.out.png").write_bytes(answer)
        print(f"{name:<16} {picture.width}×{picture.height} {picture.mode:<4} -> {len(answer)} bytes")


if __name__ == "__main__":
    shapes_expected()
    image_to_image_expected()
