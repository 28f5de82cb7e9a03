"""Writes test/fixtures/more-formats.json: small GIF, BMP and TIFF pictures, usual, odd and damaged, and what Pillow makes of them.

Of each picture the bytes, in base64, or how it differs from another one, `[place, byte]`; of its pixels as Pillow's `convert` gives them in the modes `RGB`, `RGBA` and `L` the width, the
height and how the SHA-256 begins; `null`: Pillow refuses it. Run it from anywhere.
"""

import base64
import hashlib
import io
import json
import random
import struct
import warnings
from pathlib import Path

import numpy
from PIL import Image, ImageOps

FIXTURES = Path(__file__).resolve().parents[2] / "test" / "fixtures"
CHANCE = random.Random(29)
MOST_PIXELS = 1_000_000


def colours(width: int = 23, height: int = 17) -> Image.Image:
    y, x = numpy.mgrid[0:height, 0:width].astype(float)
    rings = 127.5 + 127.5 * numpy.cos((x * x + y * y) / 30)
    return Image.fromarray(numpy.stack([rings, 255 * x / width, 255 * y / height], -1).round().astype(numpy.uint8))


def saved(image: Image.Image, form: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


# GIF ---------------------------------------------------------------------------------------------------------------


def packed(codes: list[tuple[int, int]]) -> bytes:
    """Codes and their bits, the low bits first, in blocks."""
    number = used = 0
    for code, bits in codes:
        number |= code << used
        used += bits
    content = number.to_bytes((used + 7) // 8, "little")
    blocks = (content[at : at + 255] for at in range(0, len(content), 255))
    return b"".join(bytes([len(block)]) + block for block in blocks) + b"\0"


def lzw(indices: bytes, bits: int, clears: bool = True, first_clear: bool = True) -> bytes:
    clear, end = 1 << bits, (1 << bits) + 1
    table = {bytes([index]): index for index in range(clear)}
    following, size = end + 1, bits + 1
    codes = [(clear, size)] if first_clear else []
    string = b""
    for index in indices:
        longer = string + bytes([index])
        if longer in table:
            string = longer
            continue
        codes.append((table[string], size))
        if following < 4096:
            table[longer] = following
            # The reader is one entry behind.
            if following == 1 << size and size < 12:
                size += 1
            following += 1
        elif clears:
            codes.append((clear, size))
            table = {bytes([one]): one for one in range(clear)}
            following, size = end + 1, bits + 1
        string = bytes([index])
    codes += [(table[string], size)]
    if following == 1 << size and size < 12:
        size += 1
    return packed([*codes, (end, size)])


def table_of(count: int) -> bytes:
    return bytes(CHANCE.randrange(256) for _ in range(3 * count))


def gif(canvas, frame, bits=3, *, table=8, local=0, transparent=None, interlaced=False, before=b"", after=b";", **options) -> bytes:
    """@param frame left, top, width, height. @param table how many colours, or their bytes"""
    left, top, width, height = frame
    globe = table if isinstance(table, bytes) else table_of(table)
    here = local if isinstance(local, bytes) else table_of(local)
    power = {len(one): (len(one) // 3).bit_length() - 2 for one in (globe, here)}
    indices = options.pop("indices", None) or bytes(CHANCE.randrange(1 << bits) for _ in range(width * height))
    return b"".join(
        [
            b"GIF89a" + struct.pack("<HHBBB", *canvas, 0x80 | power[len(globe)] if globe else 0, 2, 0) + globe,
            before,
            b"" if transparent is None else b"!\xf9\x04\x01\0\0" + bytes([transparent, 0]),
            b"," + struct.pack("<HHHHB", *frame, (0x80 | power[len(here)] if here else 0) | (0x40 if interlaced else 0)),
            here + bytes([bits]) + lzw(indices, bits, **options),
            after,
        ]
    )


def gifs() -> dict[str, bytes]:
    whole, inside = (16, 11), (5, 3, 7, 6)
    full = (0, 0, 16, 11)
    grey = bytes(value for index in range(8) for value in (index, index, index))
    frames = [colours().quantize(9), colours().rotate(90).quantize(9)]
    smooth = bytes((x * y // 9) % 256 for y in range(150) for x in range(150))
    made = {
        "still": saved(colours(), "GIF"),
        "of Pillow, interlaced": saved(colours(), "GIF", interlace=1),
        "of Pillow, grey": saved(colours().convert("L"), "GIF"),
        "of Pillow, 1 bit": saved(colours().convert("1"), "GIF"),
        "animated": saved(frames[0], "GIF", save_all=True, append_images=frames[1:], loop=0, duration=50),
        "animated, transparent": saved(frames[0], "GIF", save_all=True, append_images=frames[1:], transparency=3, disposal=2),
        "with a comment": saved(colours(), "GIF", comment=b"drawn " * 90),
        "of 256 colours, long": gif((150, 150), (0, 0, 150, 150), 8, table=256, indices=smooth),
        "of 256 colours, never cleared": gif((150, 150), (0, 0, 150, 150), 8, table=256, indices=smooth[::-1], clears=False),
        "of noise": gif((90, 90), (0, 0, 90, 90), 8, table=256),
        "of noise, never cleared": gif((90, 90), (0, 0, 90, 90), 8, table=256, clears=False),
        "without the first clear code": gif(whole, full, first_clear=False),
        "small frame": gif(whole, inside),
        "small frame, transparent": gif(whole, inside, transparent=4),
        "small frame, interlaced": gif(whole, inside, interlaced=True),
        "frame beyond the canvas": gif((10, 8), (6, 5, 9, 7)),
        "frame beyond the canvas, transparent": gif((10, 8), (6, 5, 9, 7), transparent=1),
        "empty canvas": gif((0, 0), full),
        "local colours": gif(whole, full, table=0, local=8),
        "both colours": gif(whole, inside, local=16, bits=4),
        "no colours": gif(whole, full, table=0),
        "no colours, transparent": gif(whole, inside, table=0, transparent=3),
        "greys of their index": gif(whole, full, table=grey),
        "local greys of their index": gif(whole, full, local=grey),
        "fewer colours than indices": gif(whole, full, 5, table=4),
        "transparent beyond the colours": gif(whole, inside, 3, table=4, transparent=200),
        "codes of 1 bit": gif(whole, full, 1, table=2),
        "codes of 2 bits": gif(whole, full, 2, table=4),
        "interlaced": gif(whole, full, interlaced=True),
        "one row, interlaced": gif((9, 1), (0, 0, 9, 1), interlaced=True),
        "three rows, interlaced": gif((9, 3), (0, 0, 9, 3), interlaced=True),
        "five rows, interlaced": gif((9, 5), (0, 0, 9, 5), interlaced=True),
        "one pixel": gif((1, 1), (0, 0, 1, 1)),
        "no trailer": gif(whole, full, after=b""),
        "stray bytes before the frame": gif(whole, full, before=b"\0\0x"),
        "unknown extension": gif(whole, full, before=b"!\x77\x03abc\x02de\0"),
        "plain text before": gif(whole, full, before=b"!\x01\x0c" + bytes(12) + b"\x02hi\0"),
        "too many pixels": gif(whole, full, indices=bytes(index % 8 for index in range(300))),
        "too few pixels": gif(whole, full, indices=bytes(100)),
        "no frame": b"GIF89a" + struct.pack("<HHBBB", 4, 4, 0, 0, 0) + b";",
        "frame of no pixels": gif(whole, (0, 0, 0, 4), indices=b"\1"),
    }
    made["87a"] = b"GIF87a" + made["local colours"][6:]
    return {f"GIF, {name}": content for name, content in made.items()}


# BMP ---------------------------------------------------------------------------------------------------------------

INDEXED = 1, 4, 8


def bmp(bits, size=(13, 9), *, header=40, compression=0, masks=b"", palette=None, top_down=False, used=0, offset=None, pixels=None, gap=b"") -> bytes:
    width, height = size
    stride = (width * bits + 31) // 32 * 4
    if pixels is None:
        pixels = bytes(CHANCE.randrange(256) for _ in range(stride * height))
    if palette is None:
        count = used or 1 << bits
        palette = bytes(CHANCE.randrange(256) for _ in range((3 if header == 12 else 4) * count)) if bits in INDEXED else b""
    if header == 12:
        info = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        info = struct.pack("<IiiHHIIiiII", header, width, -height if top_down else height, 1, bits, compression, len(pixels), 2835, 2835, used, 0)
        inside = masks if header > 40 else b""
        info += (inside + bytes(header))[: header - 40] + (b"" if header > 40 else masks)
    start = 14 + len(info) + len(palette) + len(gap)
    return b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start if offset is None else offset) + info + palette + gap + pixels


def rle8(rows: list[bytes], end=b"\0\1") -> bytes:
    """Runs and pixels as they are, in turn."""
    content = b""
    for row in rows:
        at = 0
        while at < len(row):
            run = 1
            while at + run < len(row) and row[at + run] == row[at] and run < 255:
                run += 1
            if run > 1 or len(row) - at < 3:
                content += bytes([run, row[at]])
                at += run
            else:
                part = row[at : at + 5]
                part = part if len(part) >= 3 else part
                content += bytes([0, len(part)]) + part + bytes(len(part) % 2)
                at += len(part)
        content += b"\0\0"
    return content[:-2] + end


def rle4(rows: list[bytes]) -> bytes:
    content = b""
    for number, row in enumerate(rows):
        if number % 2:
            nibbles = [*row, 0, 0, 0]
            count = (len(row) + 1) // 2
            content += bytes([0, len(row)]) + bytes(nibbles[2 * at] << 4 | nibbles[2 * at + 1] for at in range(count)) + bytes(count % 2)
        else:
            content += b"".join(bytes([len(row[at : at + 2]), row[at] << 4 | row[min(at + 1, len(row) - 1)]]) for at in range(0, len(row), 2))
        content += b"\0\0"
    return content[:-2] + b"\0\1"


def masks(*numbers: int) -> bytes:
    return struct.pack(f"<{len(numbers)}I", *numbers)


def bmps() -> dict[str, bytes]:
    made = {f"of Pillow, {mode}": saved(colours().convert(mode), "BMP") for mode in ("1", "L", "P", "RGB", "RGBA")}
    for bits in (1, 4, 8, 16, 24, 32):
        made[f"{bits} bits"] = bmp(bits)
        made[f"{bits} bits, top-down"] = bmp(bits, top_down=True)
        made[f"{bits} bits, V5"] = bmp(bits, header=124)
        made[f"{bits} bits, OS/2 2"] = bmp(bits, header=64)
    for bits in (1, 4, 8, 24):
        made[f"{bits} bits, OS/2 1"] = bmp(bits, header=12)
    for bits in INDEXED:
        made[f"{bits} bits, fewer colours"] = bmp(bits, used={1: 1, 4: 5, 8: 100}[bits])
        made[f"{bits} bits, no gap"] = bmp(bits, offset=0)
        made[f"{bits} bits, pixels said to follow on the header"] = bmp(bits, offset=54)
        made[f"{bits} bits, far pixels"] = bmp(bits, gap=bytes(20))
    wedge = bytes(value for index in range(256) for value in (index, index, index, 0))
    made["8 bits, greys of their index"] = bmp(8, palette=wedge)
    made["8 bits, greys backwards"] = bmp(8, palette=bytes(value for index in range(256) for value in (255 - index,) * 3 + (0,)))
    made["1 bit, white and black"] = bmp(1, palette=b"\xff\xff\xff\0\0\0\0\0")
    made["1 bit, black and white"] = bmp(1, palette=b"\0\0\0\0\xff\xff\xff\0")
    usual = {
        16: [(0x7C00, 0x3E0, 0x1F), (0xF800, 0x7E0, 0x1F), (0xF00, 0xF0, 0xF)],
        24: [(0xFF0000, 0xFF00, 0xFF), (0xFF, 0xFF00, 0xFF0000)],
        32: [
            (0xFF0000, 0xFF00, 0xFF, 0),
            (0xFF000000, 0xFF0000, 0xFF00, 0),
            (0xFF000000, 0xFF00, 0xFF, 0),
            (0xFF000000, 0xFF0000, 0xFF00, 0xFF),
            (0xFF, 0xFF00, 0xFF0000, 0xFF000000),
            (0xFF0000, 0xFF00, 0xFF, 0xFF000000),
            (0xFF000000, 0xFF00, 0xFF, 0xFF0000),
            (0, 0, 0, 0),
            (0x3FF00000, 0xFFC00, 0x3FF, 0),
        ],
    }
    for bits, choices in usual.items():
        for number, choice in enumerate(choices):
            for header in (40, 52, 56, 108):
                made[f"{bits} bits, masks {number}, header {header}"] = bmp(bits, (5, 4), header=header, compression=3, masks=masks(*choice))
    rows = [bytes(CHANCE.choice((3, 3, 3, 7, 9, 200)) for _ in range(13)) for _ in range(9)]
    flat = [bytes([row]) * 13 for row in range(9)]
    made["RLE8"] = bmp(8, compression=1, pixels=rle8(rows))
    made["RLE8, top-down"] = bmp(8, compression=1, pixels=rle8(rows), top_down=True)
    made["RLE8, flat"] = bmp(8, compression=1, pixels=rle8(flat))
    made["RLE8, short rows"] = bmp(8, compression=1, pixels=rle8([row[:8] for row in rows] ) [:-2] + b"\0\0\0\1")
    made["RLE8, with deltas"] = bmp(8, compression=1, pixels=b"\4\1\0\2\3\2\5\2\0\0\0\3\7\6\5\0" + b"\x0d\x05\0\0" * 8 + b"\0\1")
    made["RLE8, ends early"] = bmp(8, compression=1, pixels=rle8(rows[:4]))
    made["RLE8, run beyond the row"] = bmp(8, compression=1, pixels=b"\x20\3\0\0" * 9 + b"\0\1")
    made["RLE8, empty row"] = bmp(8, compression=1, pixels=b"\0\0" + b"\x0d\3\0\0" * 10 + b"\0\1")
    small = [bytes(value % 16 for value in row) for row in rows]
    made["RLE4"] = bmp(4, compression=2, pixels=rle4(small))
    made["RLE4, top-down"] = bmp(4, compression=2, pixels=rle4(small), top_down=True)
    made["RLE4, even"] = bmp(4, (12, 9), compression=2, pixels=rle4([row[:12] for row in small]))
    made["a JPEG in it"] = bmp(24, compression=4)
    made["a PNG in it"] = bmp(24, compression=5)
    made["compression for other pixels"] = bmp(24, compression=1)
    made["too many colours"] = bmp(8, used=1000, palette=bytes(4000))
    made["ends early"] = bmp(24)[:-1]
    made["1 by 1"] = bmp(24, (1, 1))
    made["no width"] = bmp(24, (0, 4), pixels=bytes(64))
    return {f"BMP, {name}": content for name, content in made.items()}


# TIFF --------------------------------------------------------------------------------------------------------------


def tiff(order, tags: dict[int, int | list[int]], parts: list[bytes], size=(21, 18), *, tile=None) -> bytes:
    """Parts are strips, or tiles where `tile` says of which size."""
    width, height = size
    offsets, at = [], 8
    for part in parts:
        offsets.append(at)
        at += len(part) + len(part) % 2
    places = {324: offsets, 325: [len(part) for part in parts], 322: tile[0], 323: tile[1]} if tile else {273: offsets, 279: [len(part) for part in parts]}
    if not tile:
        tags = {278: height, **tags}
    entries = sorted((tags | places | {256: width, 257: height}).items())
    directory, spill = b"", b""
    start = at + 2 + 12 * len(entries) + 4
    for tag, value in entries:
        values = value if isinstance(value, list) else [value]
        kind, letter = (4, "I") if tag in (273, 279, 324, 325) else (3, "H")
        content = struct.pack(f"{order}{len(values)}{letter}", *values)
        if len(content) > 4:
            place = struct.pack(f"{order}I", start + len(spill))
            spill += content
        else:
            place = content.ljust(4, b"\0")
        directory += struct.pack(f"{order}HHI", tag, kind, len(values)) + place
    body = b"".join(part + b"\0" * (len(part) % 2) for part in parts)
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return mark + struct.pack(f"{order}I", at) + body + struct.pack(f"{order}H", len(entries)) + directory + bytes(4) + spill


def tiffs() -> dict[str, bytes]:
    made = {}
    picture = colours(21, 18)
    pixels = numpy.asarray(picture)
    forms = {mode: picture.convert(mode) for mode in ("1", "L", "RGB", "RGBA", "CMYK", "YCbCr")} | {"P": picture.quantize(9), "LA": picture.convert("RGBA").convert("LA")}
    for mode, image in forms.items():
        for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "tiff_deflate", "packbits", "jpeg"):
            if compression == "jpeg" and mode in ("1", "P"):
                continue
            made[f"{mode}, {compression}"] = saved(image, "TIFF", compression=compression)
    for mode in ("L", "RGB"):
        made[f"{mode}, predicted"] = saved(forms[mode], "TIFF", compression="tiff_lzw", tiffinfo={317: 2})
    made["fax"] = saved(forms["1"], "TIFF", compression="group4")
    made["fax of group 3"] = saved(forms["1"], "TIFF", compression="group3")
    made["two pages"] = saved(picture, "TIFF", save_all=True, append_images=[picture.rotate(90)])
    made["BigTIFF"] = saved(picture, "TIFF", big_tiff=True)
    for orientation in range(1, 9):
        made[f"orientation {orientation}"] = saved(picture, "TIFF", tiffinfo={274: orientation})
    channels = [pixels[..., channel].tobytes() for channel in range(3)]
    rgb = {258: [8, 8, 8], 277: 3, 262: 2}
    for order, name in (("<", "little"), (">", "big")):
        made[f"{name}-endian"] = tiff(order, rgb, [pixels.tobytes()])
        made[f"{name}-endian, strips"] = tiff(order, rgb | {278: 5}, [pixels[at : at + 5].tobytes() for at in range(0, 18, 5)])
        made[f"{name}-endian, planes"] = tiff(order, rgb | {284: 2}, channels)
        padded = numpy.zeros((32, 32, 3), numpy.uint8)
        padded[:18, :21] = pixels
        tiles = [padded[y : y + 16, x : x + 16].tobytes() for y in (0, 16) for x in (0, 16)]
        made[f"{name}-endian, tiles"] = tiff(order, rgb, tiles, tile=(16, 16))
        wide = pixels.astype(f"{order}u2") * 257
        made[f"{name}-endian, 16 bits"] = tiff(order, {258: [16, 16, 16], 277: 3, 262: 2}, [wide.tobytes()])
        made[f"{name}-endian, RGBA of 16 bits"] = tiff(order, {258: [16] * 4, 277: 4, 262: 2, 338: 2}, [numpy.dstack([wide, wide[..., :1]]).astype(f"{order}u2").tobytes()])
        grey = pixels[..., 0]
        made[f"{name}-endian, white is 0"] = tiff(order, {258: 8, 262: 0}, [grey.tobytes()])
        made[f"{name}-endian, 1 bit, white is 0"] = tiff(order, {258: 1, 262: 0}, [numpy.packbits(grey > 127, axis=1).tobytes()])
        for bits in (2, 4):
            made[f"{name}-endian, {bits} bits"] = tiff(order, {258: bits, 262: 1}, [bytes(18 * ((21 * bits + 7) // 8))])
        made[f"{name}-endian, alpha that colours are multiplied by"] = tiff(order, {258: [8] * 4, 277: 4, 262: 2, 338: 1}, [numpy.dstack([pixels, pixels[..., :1]]).tobytes()])
        made[f"{name}-endian, four samples"] = tiff(order, {258: [8] * 4, 277: 4, 262: 2}, [numpy.dstack([pixels, pixels[..., :1]]).tobytes()])
    return {f"TIFF, {name}": content for name, content in made.items()}


# -------------------------------------------------------------------------------------------------------------------


def said(picture: bytes) -> dict | None:
    try:
        image = Image.open(io.BytesIO(picture))
        if image.width * image.height > MOST_PIXELS:
            return None
        image.load()
        image = ImageOps.exif_transpose(image)
        pixels = {mode: numpy.asarray(image.convert(mode)) for mode in ("RGB", "RGBA", "L")}
    except (OSError, SyntaxError, ValueError, IndexError, EOFError, struct.error, TypeError, RuntimeError, Image.DecompressionBombError):
        return None
    height, width = pixels["L"].shape
    return {"width": width, "height": height} | {mode: hashlib.sha256(one.tobytes()).hexdigest()[:16] for mode, one in pixels.items()}


def main() -> None:
    warnings.simplefilter("ignore")
    made = {name: (picture, {"picture": base64.b64encode(picture).decode()}) for name, picture in (gifs() | bmps() | tiffs()).items()}
    damaged = ["GIF, animated, transparent", "GIF, small frame, interlaced", "BMP, 8 bits, V5", "BMP, RLE8", "BMP, 32 bits, masks 5, header 56", "TIFF, RGB, tiff_lzw", "TIFF, big-endian, tiles"]
    for base in damaged:
        picture = made[base][0]
        for round_ in range(40):
            at, byte = CHANCE.randrange(6, len(picture)), CHANCE.randrange(256)
            made[f"{base}, damaged {round_}"] = (picture[:at] + bytes([byte]) + picture[at + 1 :], {"of": base, "differs": [at, byte]})
    lines = [f"  {json.dumps(name)}: {json.dumps({**how, 'pillow': said(picture)})}" for name, (picture, how) in made.items()]
    (FIXTURES / "more-formats.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{len(made)} pictures")


if __name__ == "__main__":
    main()
