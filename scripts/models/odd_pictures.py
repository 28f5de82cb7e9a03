"""Writes test/fixtures/odd-pictures.json: small pictures that are damaged or rarely written so, and what Pillow and TensorFlow make of them.

Of each picture the bytes, in base64, or how it differs from another one, `[place, byte]`; by Pillow's `ImageOps.exif_transpose(…).convert("RGB")` and, of
JPEGs, TensorFlow's `decode_jpeg` the width, the height and the SHA-256 of the pixels; `null`: the library refuses it. Run it from anywhere.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import base64
import hashlib
import io
import json
import random
import struct
import warnings
import zlib
from pathlib import Path

import numpy
import tensorflow as tf
from PIL import Image, ImageOps

FIXTURES = Path(__file__).resolve().parents[2] / "test" / "fixtures"
XMP = b"http://ns.adobe.com/xap/1.0/\0"


def colours(width: int, height: int) -> Image.Image:
    y, x = numpy.mgrid[0:height, 0:width].astype(float)
    rings = 127.5 + 127.5 * numpy.cos((x * x + y * y) / 30)
    return Image.fromarray(numpy.stack([rings, 255 * x / width, 255 * y / height], -1).round().astype(numpy.uint8))


def encoded(mode: str = "RGB", form: str = "JPEG", size=(40, 35), **options) -> bytes:
    file = io.BytesIO()
    colours(*size).convert(mode).save(file, form, **options)
    return file.getvalue()


def segments(picture: bytes) -> list[bytes]:
    """Of a JPEG the begin, each segment, and all from the first scan on."""
    parts, at = [picture[:2]], 2
    while picture[at + 1] != 0xDA:
        length = 2 + struct.unpack(">H", picture[at + 2 : at + 4])[0]
        parts.append(picture[at : at + length])
        at += length
    return [*parts, picture[at:]]


def without(picture: bytes, marker: int) -> bytes:
    return b"".join(part for part in segments(picture) if part[1] != marker)


def with_segment(picture: bytes, marker: int, *contents: bytes) -> bytes:
    added = (bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content for content in contents)
    return picture[:2] + b"".join(added) + picture[2:]


def restarts(picture: bytes) -> list[int]:
    scan = len(picture) - len(segments(picture)[-1])
    return [at for at in range(scan, len(picture) - 1) if picture[at] == 0xFF and 0xD0 <= picture[at + 1] <= 0xD7]


def tiff(order: str = "<", kind: int = 3, value: int = 6, before: bytes = b"") -> bytes:
    """A directory with an orientation, after a long text if there is one."""
    form = {1: "B", 2: "B", 3: "H", 4: "L", 6: "b", 8: "h", 9: "l", 11: "f", 12: "d"}.get(kind)
    packed = struct.pack(order + "2L", value * 3, 3) if form is None else struct.pack(order + form, value)
    entries = ([(270, 2, len(before), before)] if before else []) + [(274, kind, 1, packed)]
    result = (b"II" if order == "<" else b"MM") + struct.pack(order + "HLH", 42, 8, len(entries))
    at, long_values = len(result) + 12 * len(entries) + 4, b""
    for tag, type_, count, value_ in entries:
        field = value_.ljust(4, b"\0")
        if len(value_) > 4:
            field = struct.pack(order + "L", at + len(long_values))
            long_values += value_
        result += struct.pack(order + "HHL", tag, type_, count) + field
    return result + bytes(4) + long_values


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def odd_jpegs() -> dict[str, bytes]:
    plain, grey, inks = encoded(), encoded("L"), encoded("CMYK")
    made = {
        "whole": plain,
        "without Huffman tables": without(plain, 0xC4),
        "without Huffman tables, grey": without(grey, 0xC4),
        "without Huffman tables, AVI1": with_segment(without(without(plain, 0xC4), 0xE0), 0xE0, b"AVI1\0" + bytes(9)),
        "without Huffman tables, with restarts": without(encoded(restart_marker_blocks=2), 0xC4),
        "without Huffman tables, progressive": without(encoded(progressive=True), 0xC4),
        "without quantisation tables": without(plain, 0xDB),
        "two begins": plain[:2] + plain,
        "no end": plain[:-2],
        "something after the end": plain + b"more\xff\xd8\xff",
        "filling before a marker": plain[:2] + b"\xff\xff" + plain[2:],
        "a thumbnail": with_segment(plain, 0xE1, b"Exif\0\0" + encoded(size=(8, 8))),
        "a second picture": plain + plain,
        "a marker that is none": plain[:2] + b"\xff\x42\x00\x02" + plain[2:],
        "another scan after the last": plain[:-2] + segments(plain)[-1],
    }
    for transform in range(4):
        adobe = b"Adobe\0\x64\0\0\0\0" + bytes([transform])
        made[f"Adobe {transform}"] = with_segment(without(plain, 0xE0), 0xEE, adobe)
        made[f"Adobe {transform}, inks"] = with_segment(without(inks, 0xEE), 0xEE, adobe)
    for name, options in {
        "baseline": {"restart_marker_blocks": 1},
        "progressive": {"restart_marker_blocks": 2, "progressive": True},
    }.items():
        picture = encoded(**options)
        places = restarts(picture)
        at = places[1]
        for off in range(1, 8):
            number = 0xD0 + (picture[at + 1] + off) % 8
            made[f"a restart {off} ahead, {name}"] = picture[: at + 1] + bytes([number]) + picture[at + 2 :]
        made[f"a restart missing, {name}"] = picture[:at] + picture[at + 2 :]
        made[f"a restart twice, {name}"] = picture[:at] + picture[at : at + 2] + picture[at:]
        made[f"a part missing, {name}"] = picture[:at] + picture[places[2] :]
        made[f"a part twice, {name}"] = picture[: places[2]] + picture[at:]
        made[f"bytes before a restart, {name}"] = picture[:at] + b"\x12\x34\x56" + picture[at:]
        said = picture.index(b"\xff\xdd") + 4
        for interval in (0, 3):
            made[f"restarts said to be {interval} apart, {name}"] = (
                picture[:said] + struct.pack(">H", interval) + picture[said + 2 :]
            )
    return made


def turned() -> dict[str, bytes]:
    jpeg = encoded(size=(13, 9))
    png, webp = encoded(form="PNG", size=(13, 9)), encoded(form="WEBP", size=(13, 9), lossless=True)[12:]
    exif = {f"type {kind}, {order}": tiff(order, kind) for order in "<>" for kind in (1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12)}
    exif |= {f"value {value}": tiff(value=value) for value in (0, 9, 255)}
    exif |= {"after a long text": tiff(before=b"a" * 60), "no TIFF": b"nothing", "cut off": tiff()[:18]}
    made = {f"orientation of {name}": with_segment(jpeg, 0xE1, b"Exif\0\0" + content) for name, content in exif.items()}
    upright = b'<x tiff:Orientation="8"/>'
    made |= {
        "orientation without Exif's name": with_segment(jpeg, 0xE1, tiff()),
        "orientation over two segments": with_segment(jpeg, 0xE1, *(b"Exif\0\0" + half for half in (tiff()[:15], tiff()[15:]))),
        "orientation of XMP": with_segment(jpeg, 0xE1, XMP + upright),
        "orientation of XMP and Exif": with_segment(jpeg, 0xE1, XMP + upright, b"Exif\0\0" + tiff()),
        "orientation of a PNG": png[:33] + chunk(b"eXIf", tiff(">", 4)) + png[33:],
        "orientation of a PNG, at its end": png[:-12] + chunk(b"eXIf", tiff()) + png[-12:],
        "orientation of a PNG, in a text": png[:33]
        + chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(b"\nexif\n      26\n" + tiff().hex().encode()))
        + png[33:],
        "orientation of a PNG, by XMP": png[:33] + chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + upright) + png[33:],
    }
    for name, flags, prefix in (("", 8, b""), (", with a name", 8, b"Exif\0\0"), (", not announced", 0, b"")):
        content = prefix + tiff("<", 4)
        body = b"VP8X" + struct.pack("<IB3x", 10, flags) + b"\x0c\0\0\x08\0\0" + webp
        body += b"EXIF" + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
        made[f"orientation of a WebP{name}"] = b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body
    return made


def said(pixels: numpy.ndarray) -> list:
    height, width = pixels.shape[:2]
    return [width, height, hashlib.sha256(pixels.tobytes()).hexdigest()]


def by_pillow(picture: bytes) -> list | None:
    try:
        image = Image.open(io.BytesIO(picture))
        image.load()
    except (OSError, SyntaxError):
        return None
    try:
        image = ImageOps.exif_transpose(image)
    except Exception:  # Of metadata that are damaged Pillow throws anything; the picture is whole.
        pass
    return said(numpy.asarray(image.convert("RGB")))


def by_tensorflow(picture: bytes) -> list | None:
    try:
        return said(tf.io.decode_jpeg(picture, channels=3).numpy())
    except tf.errors.InvalidArgumentError:
        return None


def main() -> None:
    warnings.simplefilter("ignore")
    chance = random.Random(20)
    made = {name: (picture, {"picture": base64.b64encode(picture).decode()}) for name, picture in (odd_jpegs() | turned()).items()}
    bases = {
        "whole": made["whole"][0],
        "progressive": encoded(progressive=True),
        "with restarts": encoded(restart_marker_blocks=2),
        "inks": encoded("CMYK"),
    }
    for base, picture in bases.items():
        made[base] = (picture, {"picture": base64.b64encode(picture).decode()})
        for round_ in range(60):
            at, byte = chance.randrange(2, len(picture)), chance.randrange(256)
            made[f"{base}, damaged {round_}"] = (
                picture[:at] + bytes([byte]) + picture[at + 1 :],
                {"of": base, "differs": [at, byte]},
            )
    lines = []
    for name, (picture, how) in made.items():
        expected = {**how, "pillow": by_pillow(picture)}
        if picture.startswith(b"\xff\xd8"):
            expected["tensorflow"] = by_tensorflow(picture)
        lines.append(f"  {json.dumps(name)}: {json.dumps(expected)}")
    (FIXTURES / "odd-pictures.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{len(made)} pictures")


if __name__ == "__main__":
    main()
