"""Writes samples/: one clear picture of each shape, a tiny one for the docs, a noisy one for the noise remover.

No model is needed to draw them; expected.py tells what the models answer.
"""

from pathlib import Path

import numpy as np
from PIL import Image

from drawing import SPLITS, draw, noisy

FOLDER = Path(__file__).resolve().parents[2] / "samples"

# File, width and height, and the seed that was picked by eye.
PICTURES = [
    ("circle.jpg", (480, 360), 9),
    ("square.png", (400, 300), 1),
    ("triangle.webp", (360, 480), 7),
    ("pentagon.jpg", (320, 240), 11),
    ("star.jpg", (640, 480), 9),
    ("cross.png", (500, 400), 4),
    ("ring.webp", (320, 320), 0),
    ("heart.jpg", (480, 320), 7),
    ("arrow.png", (360, 360), 4),
    ("crescent.webp", (400, 320), 6),
]
OPTIONS = {".jpg": {"quality": 85}, ".png": {"optimize": True}, ".webp": {"quality": 85}}


def picture(shape: str, size: tuple[int, int], seed: int) -> Image.Image:
    """The shape, large, over little clutter, unspoilt."""
    return draw(np.random.default_rng([SPLITS["samples"], seed]), shape, size, scale=(0.6, 0.8), marks=4)


def tiny_star() -> Image.Image:
    """48×48 in eight colours, small enough to be written as base64 in a page."""
    rng = np.random.default_rng([SPLITS["samples"], 1])
    return draw(rng, "star", (48, 48), scale=(0.8, 0.85), marks=0).quantize(8, dither=Image.Dither.NONE)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, size, seed in PICTURES:
        file = FOLDER / name
        picture(file.stem, size, seed).save(file, **OPTIONS[file.suffix])
    tiny_star().save(FOLDER / "tiny-star.png", optimize=True)
    rng = np.random.default_rng([SPLITS["samples"], 100])
    noisy(rng, picture("heart", (200, 150), 9), 25).save(FOLDER / "noisy.png", optimize=True)
    for file in sorted(FOLDER.iterdir()):
        with Image.open(file) as image:
            print(f"{file.name:<16} {image.width}×{image.height} {file.stat().st_size / 1024:6.1f} KiB")


if __name__ == "__main__":
    main()
