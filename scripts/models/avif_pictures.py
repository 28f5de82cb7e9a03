"""Writes test/fixtures/avif-pictures.json: small AVIF pictures, usual, odd and damaged, and what Pillow makes of them, as more_formats.py does.

What encoders write may differ from machine to machine, so pictures that the file has already stay as they are, and only Pillow is asked anew; to have them made anew, remove it. OpenCV writes those of more than
eight bits. Run it from anywhere.
"""

import base64
import io
import json
import random
import struct
import warnings

import cv2
import numpy
from more_formats import FIXTURES, said
from PIL import Image

FILE = FIXTURES / "avif-pictures.json"
CHANCE = random.Random(29)
NOISE = numpy.random.default_rng(29)
DAMAGES = 40


def picture(width: int, height: int, mode: str) -> Image.Image:
    return Image.fromarray(NOISE.integers(0, 256, (height, width, 4), dtype=numpy.uint8), "RGBA").convert(mode)


def saved(image: Image.Image, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, "AVIF", **({"quality": 80, "speed": 8} | options))
    return file.getvalue()


def deep(width: int, height: int, channels: int, bits: int) -> bytes:
    values = NOISE.integers(0, 2**bits, (height, width, channels), dtype=numpy.uint16)
    options = [cv2.IMWRITE_AVIF_DEPTH, bits, cv2.IMWRITE_AVIF_QUALITY, 80]
    return cv2.imencode(".avif", values if channels > 1 else values[..., 0], options)[1].tobytes()


def usual() -> dict[str, bytes]:
    made = {}
    for sampling in ("4:4:4", "4:2:2", "4:2:0", "4:0:0"):
        for values in ("full", "limited"):
            for mode in ("RGB", "RGBA", "L"):
                made[f"{sampling}, {values}, {mode}"] = saved(picture(33, 21, mode), subsampling=sampling, range=values)
            for width, height in ((16, 16), (1, 1), (2, 3), (3, 1), (1, 4)):
                made[f"{sampling}, {values}, {width} × {height}"] = saved(picture(width, height, "RGB"), subsampling=sampling, range=values)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[274] = orientation
        made[f"orientation {orientation}"] = saved(picture(9, 6, "RGB"), exif=exif)
    made["three frames"] = saved(picture(9, 6, "RGB"), save_all=True, append_images=[picture(9, 6, "RGB") for _ in range(2)])
    made["with a profile"] = saved(picture(9, 6, "RGB"), icc_profile=b"\0" * 128)
    for bits in (10, 12):
        for channels, kind in ((3, "RGB"), (4, "RGBA"), (1, "L")):
            for width, height in ((33, 21), (16, 16)):
                made[f"{bits} bits, {kind}, {width} × {height}"] = deep(width, height, channels, bits)
    return made


def changed(made: dict[str, bytes]) -> dict[str, tuple[str, int, int]]:
    """Of others, with one byte changed: other matrices, no box of colours, and at random places."""
    changes = {}
    for sampling in ("4:4:4", "4:2:2", "4:2:0", "4:0:0"):
        for values in ("full", "limited"):
            base = f"{sampling}, {values}, RGB"
            colours = made[base].index(b"nclx")
            for matrix in (0, 1, 2, 4, 5, 7, 8, 9, 10, 12, 14):
                changes[f"{base}, matrix {matrix}"] = (base, colours + 9, matrix)
    for base in ("4:4:4, full, RGB", "4:2:0, limited, RGBA", "4:2:0, full, 16 × 16", "10 bits, RGB, 33 × 21"):
        changes[f"{base}, no colours told"] = (base, made[base].index(b"colr") + 3, ord("x"))
        for round_ in range(DAMAGES):
            changes[f"{base}, damaged {round_}"] = (base, CHANCE.randrange(6, len(made[base])), CHANCE.randrange(256))
    return changes


def main() -> None:
    warnings.simplefilter("ignore")
    kept = json.loads(FILE.read_text()) if FILE.exists() else {}
    made = {name: base64.b64decode(how["picture"]) for name, how in kept.items() if "picture" in how} or usual()
    changes = {name: (how["of"], *how["differs"]) for name, how in kept.items() if "of" in how} or changed(made)
    how = {name: {"picture": base64.b64encode(one).decode(), "pillow": said(one)} for name, one in made.items()}
    for name, (base, at, byte) in changes.items():
        one = made[base][:at] + struct.pack("B", byte) + made[base][at + 1 :]
        how[name] = {"of": base, "differs": [at, byte], "pillow": said(one)}
    lines = [f"  {json.dumps(name, ensure_ascii=False)}: {json.dumps(one)}" for name, one in how.items()]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{len(how)} pictures")


if __name__ == "__main__":
    main()
