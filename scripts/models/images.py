"""Writes the small pictures that the preprocessing tests read: test/fixtures/images/.

What each file is stands in the README.md beside them. No randomness; run it
from anywhere.
"""

import io
import struct
import zlib
from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "images"

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)

# How to store a picture so that a reader who obeys the EXIF orientation sees it upright:
# the inverse of what the orientation asks the reader to do.
STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def upright() -> Image.Image:
    """48×32 RGB: left half red, right half blue, a green strip of 8 rows along the top."""
    picture = Image.new("RGB", (48, 32), RED)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((24, 0, 47, 31), fill=BLUE)
    draw.rectangle((0, 0, 47, 7), fill=GREEN)
    return picture


def ramp(mode: str, size: tuple[int, int] = (32, 24)) -> Image.Image:
    """A grey ramp from 0 at the left to 255 at the right; `LA` adds an alpha ramp from top to bottom."""
    width, height = size
    row = bytes(x * 255 // (width - 1) for x in range(width))
    grey = Image.frombytes("L", size, row * height)
    if mode == "L":
        return grey
    alpha = Image.frombytes("L", size, b"".join(bytes([y * 255 // (height - 1)]) * width for y in range(height)))
    return Image.merge("LA", (grey, alpha))


def translucent() -> Image.Image:
    """32×32 RGBA: opaque red left, half-transparent (128) blue right, the bottom 8 rows fully transparent green."""
    picture = Image.new("RGBA", (32, 32), (*RED, 255))
    picture.paste((*BLUE, 128), (16, 0, 32, 32))
    picture.paste((*GREEN, 0), (0, 24, 32, 32))
    return picture


def png(width: int, height: int, depth: int, colour: int, rows: bytes, extra: bytes = b"") -> bytes:
    """A PNG by hand: filtered rows (each with its leading filter byte) and chunks to stand before IDAT."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + extra
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )


def chunk(kind: bytes, body: bytes) -> bytes:
    """A PNG chunk: length, kind, body, checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def encode(picture: Image.Image, form: str, **options) -> bytes:
    """The file that Pillow writes in that format."""
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def solid() -> dict[str, bytes]:
    """One colour each, in the three formats that are served, at four sizes."""
    files = {}
    for name, colour in (("red", RED), ("green", GREEN), ("blue", BLUE)):
        files[f"{name}.png"] = encode(Image.new("RGB", (8, 8), colour), "PNG")
        files[f"{name}.jpg"] = encode(Image.new("RGB", (16, 16), colour), "JPEG", quality=95, subsampling=0)
        files[f"{name}.webp"] = encode(Image.new("RGB", (32, 24), colour), "WEBP", lossless=True)
        files[f"{name}-64.png"] = encode(Image.new("RGB", (64, 64), colour), "PNG")
    return files


def orientations() -> dict[str, bytes]:
    """The upright picture as PNG, and stored in each of the eight EXIF orientations as JPEG."""
    files = {"upright.png": encode(upright(), "PNG", optimize=True)}
    for orientation, transpose in STORED.items():
        stored = upright() if transpose is None else upright().transpose(transpose)
        exif = Image.Exif()
        exif[0x0112] = orientation
        files[f"orientation-{orientation}.jpg"] = encode(stored, "JPEG", quality=95, subsampling=0, exif=exif)
    return files


def kinds() -> dict[str, bytes]:
    """Sample depths, channels and encodings that a decoder must bring to eight-bit RGB."""
    sixteen = [x * 65535 // 31 for x in range(32)]
    grey16 = b"".join(b"\0" + struct.pack(">32H", *sixteen) for _ in range(24))
    rgb16 = b"".join(b"\0" + b"".join(struct.pack(">3H", v, 32768, 65535 - v) for v in sixteen) for _ in range(24))
    palette = upright().quantize(colors=4, dither=Image.Dither.NONE)
    seen = translucent().quantize(colors=4)
    return {
        "grey.jpg": encode(ramp("L"), "JPEG", quality=95),
        "grey.png": encode(ramp("L"), "PNG"),
        "grey-alpha.png": encode(ramp("LA"), "PNG"),
        "rgba.png": encode(translucent(), "PNG"),
        "palette.png": encode(palette, "PNG"),
        "palette-transparent.png": encode(seen, "PNG"),
        "grey-1bit.png": encode(Image.new("1", (16, 16), 1), "PNG"),
        "grey-16bit.png": png(32, 24, 16, 0, grey16),
        "rgb-16bit.png": png(32, 24, 16, 2, rgb16),
        "cmyk-red.jpg": encode(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG", quality=95),
        "cmyk-blue.jpg": encode(Image.new("CMYK", (16, 16), (255, 255, 0, 0)), "JPEG", quality=95),
        "progressive.jpg": encode(upright(), "JPEG", quality=95, subsampling=0, progressive=True),
        "lossy.webp": encode(upright(), "WEBP", quality=90),
        "alpha-lossless.webp": encode(translucent(), "WEBP", lossless=True, exact=True),
    }


def refused() -> dict[str, bytes]:
    """What a server of pictures should turn away: formats it does not serve, damage, lies and bombs."""
    tilted = upright().resize((96, 64)).rotate(17)
    jpeg = encode(tilted, "JPEG", quality=90)
    good = encode(tilted, "PNG")
    side = 20_000
    one_bit = (b"\0" + b"\0" * (side // 8)) * side
    still = [Image.new("RGB", (16, 16), colour) for colour in (RED, BLUE)]
    return {
        "animated.webp": encode(still[0], "WEBP", save_all=True, append_images=still[1:], duration=100, lossless=True),
        "animated.gif": encode(still[0], "GIF", save_all=True, append_images=still[1:], duration=100),
        "still.gif": encode(still[0], "GIF"),
        "still.bmp": encode(still[0], "BMP"),
        "still.tiff": encode(still[0], "TIFF"),
        "drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16"><rect width="16" height="16" fill="red"/></svg>\n',
        "page.pdf": b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n",
        "text.jpg": b"This is no picture.\n",
        "empty.jpg": b"",
        "magic-only.jpg": b"\xff\xd8\xff\xe0",
        "truncated.jpg": jpeg[: len(jpeg) * 3 // 4],
        "truncated.png": good[: len(good) * 3 // 4],
        "bad-checksum.png": good[:60] + bytes([good[60] ^ 0xFF]) + good[61:],
        "bomb.png": png(side, side, 1, 0, one_bit),
        "claims-60000.jpg": claim(jpeg, 60_000, 60_000),
        "claims-60000.png": png(60_000, 60_000, 8, 2, b"\0" * 100),
    }


def claim(jpeg: bytes, width: int, height: int) -> bytes:
    """The same JPEG whose frame header claims another size."""
    frame = jpeg.index(b"\xff\xc0")
    return jpeg[: frame + 5] + struct.pack(">HH", height, width) + jpeg[frame + 9 :]


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    files = solid() | orientations() | kinds() | refused()
    for old in FOLDER.iterdir():
        if old.name not in files and old.name != "README.md":
            old.unlink()
    for name, data in files.items():
        (FOLDER / name).write_bytes(data)
    size = sum(map(len, files.values()))
    print(f"{len(files)} pictures, {size / 1024:.0f} KiB, the largest {max(map(len, files.values())) / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
