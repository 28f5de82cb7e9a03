"""Draws the pictures of test/fixtures/corpus, in every kind that cameras, scanners and programs write, and writes test/fixtures/decode-parity.json:
what Pillow, OpenCV and TensorFlow make of each, as RGB; and of JPEGs what TensorFlow makes as grey.

Pixels are deflated, in base64; `null`: the library cannot read it. Run it from anywhere.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import base64
import io
import json
import zlib
from pathlib import Path

import cv2
import numpy
import PIL
import tensorflow as tf
from PIL import Image, ImageCms

FIXTURES = Path(__file__).resolve().parents[2] / "test" / "fixtures"
CORPUS = FIXTURES / "corpus"
WIDTH, HEIGHT = 37, 27


def colours() -> numpy.ndarray:
    """Slopes, rings and an edge; float, from 0 to 255."""
    y, x = numpy.mgrid[0:HEIGHT, 0:WIDTH].astype(float)
    rings = 127.5 + 127.5 * numpy.cos((x * x + y * y) / 40)
    checks = numpy.where((x // 7 + y // 5) % 2 == 0, 235.0, 20.0)
    return numpy.stack([rings, 255 * x / (WIDTH - 1), checks], axis=-1)


def encoded(picture: Image.Image, form: str, **options) -> bytes:
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def pictures() -> dict[str, bytes]:
    exact = colours()
    rgb = Image.fromarray(exact.round().astype(numpy.uint8))
    grey = rgb.convert("L")
    alpha = Image.fromarray(numpy.tile(numpy.linspace(0, 255, WIDTH).astype(numpy.uint8), (HEIGHT, 1)))
    rgba, grey_alpha = rgb.copy(), grey.convert("LA")
    rgba.putalpha(alpha)
    grey_alpha.putalpha(alpha)
    palette = rgb.quantize(32)
    deep = (exact * 257).round().astype(numpy.uint16)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = profile[:24] + bytes(12) + profile[36:]  # When it was made.
    made = {
        "baseline-444.jpg": encoded(rgb, "JPEG", quality=90, subsampling="4:4:4"),
        "baseline-422.jpg": encoded(rgb, "JPEG", quality=90, subsampling="4:2:2"),
        "baseline-420.jpg": encoded(rgb, "JPEG", quality=90, subsampling="4:2:0"),
        "progressive-420.jpg": encoded(rgb, "JPEG", quality=90, subsampling="4:2:0", progressive=True),
        "coarse-420.jpg": encoded(rgb, "JPEG", quality=20, subsampling="4:2:0"),
        "grey.jpg": encoded(grey, "JPEG", quality=90),
        "noise-100.jpg": encoded(noise(), "JPEG", quality=100, subsampling="4:2:0"),
        "coarse-noise.jpg": encoded(noise(), "JPEG", quality=5, subsampling="4:4:4"),
        "restarts-420.jpg": encoded(rgb, "JPEG", quality=90, subsampling="4:2:0", restart_marker_blocks=2),
        "stored-rgb.jpg": encoded(rgb, "JPEG", quality=90, keep_rgb=True),
        "narrow-420.jpg": encoded(rgb.crop((0, 0, 3, HEIGHT)), "JPEG", quality=90, subsampling="4:2:0"),
        "progressive-grey.jpg": encoded(grey, "JPEG", quality=90, progressive=True),
        "grey-of-factor-2.jpg": of_factor_2(encoded(grey, "JPEG", quality=90)),
        "cmyk.jpg": encoded(inked(rgb), "JPEG", quality=90),
        "cmyk-without-adobe.jpg": without_adobe(encoded(inked(rgb), "JPEG", quality=90)),
        "ycck.jpg": as_ycck(encoded(inked(rgb), "JPEG", quality=90)),
        **{f"{name}.jpg": sampled(rgb, factor) for name, factor in OTHER_SAMPLINGS.items()},
        "icc.jpg": encoded(rgb, "JPEG", quality=90, icc_profile=profile),
        "rgb.png": encoded(rgb, "PNG"),
        "interlaced.png": interlaced(rgb),
        "grey.png": encoded(grey, "PNG"),
        "1-bit.png": encoded(grey.convert("1"), "PNG"),
        "palette.png": encoded(palette, "PNG"),
        "palette-transparent.png": encoded(palette, "PNG", transparency=3),
        "rgba.png": encoded(rgba, "PNG"),
        "grey-alpha.png": encoded(grey_alpha, "PNG"),
        "icc.png": encoded(rgb, "PNG", icc_profile=profile),
        "rgb-16-bit.png": cv2.imencode(".png", deep[..., ::-1])[1].tobytes(),
        "grey-16-bit.png": cv2.imencode(".png", deep[..., 0])[1].tobytes(),
        "lossy.webp": encoded(rgb, "WEBP", quality=80),
        "lossless.webp": encoded(rgb, "WEBP", lossless=True),
        "alpha.webp": encoded(rgba, "WEBP", lossless=True, exact=True),
    }
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        made[f"orientation-{orientation}.jpg"] = encoded(rgb, "JPEG", quality=90, exif=exif)
    return made


OTHER_SAMPLINGS = {
    "progressive-440": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_440,
    "baseline-411": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_411,
}


def sampled(picture: Image.Image, factor: int) -> bytes:
    """In ways that Pillow does not write."""
    progressive = factor == cv2.IMWRITE_JPEG_SAMPLING_FACTOR_440
    options = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, factor, cv2.IMWRITE_JPEG_PROGRESSIVE, int(progressive)]
    return cv2.imencode(".jpg", numpy.asarray(picture)[..., ::-1], options)[1].tobytes()


def noise() -> Image.Image:
    """Whose coefficients go beyond what transforms are made for."""
    values = numpy.random.Generator(numpy.random.PCG64(7)).integers(0, 2, (HEIGHT, WIDTH, 3), dtype=numpy.uint8)
    return Image.fromarray(values * 255)


def of_factor_2(jpeg: bytes) -> bytes:
    """Of a single component the sampling factors say nothing."""
    frame = jpeg.index(b"\xff\xc0")
    return jpeg[: frame + 11] + b"\x22" + jpeg[frame + 12 :]


def as_ycck(jpeg: bytes) -> bytes:
    """The same coefficients, said to be of luma and chroma."""
    transform = jpeg.index(b"Adobe") + 11
    return jpeg[:transform] + b"\2" + jpeg[transform + 1 :]


def without_adobe(jpeg: bytes) -> bytes:
    begin = jpeg.index(b"\xff\xee")
    return jpeg[:begin] + jpeg[begin + 16 :]


def inked(picture: Image.Image) -> Image.Image:
    """With black too, of which Pillow takes none when it converts."""
    inks = 255 - numpy.asarray(picture)
    black = numpy.tile(numpy.linspace(0, 200, WIDTH).astype(numpy.uint8), (HEIGHT, 1))
    return Image.fromarray(numpy.dstack([inks, black]), mode="CMYK")


def interlaced(picture: Image.Image) -> bytes:
    """Its seven passes put together by hand: none of the three libraries writes one."""
    pixels = numpy.asarray(picture)
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    rows = [b"\0" + row.tobytes() for x, y, dx, dy in passes for row in pixels[y::dy, x::dx] if row.size]
    header = WIDTH.to_bytes(4, "big") + HEIGHT.to_bytes(4, "big") + bytes([8, 2, 0, 0, 1])
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big") for kind, data in chunks
    )


def by_pillow(picture: bytes) -> numpy.ndarray:
    return numpy.asarray(Image.open(io.BytesIO(picture)).convert("RGB"))


def by_opencv(picture: bytes) -> numpy.ndarray:
    return cv2.imdecode(numpy.frombuffer(picture, numpy.uint8), cv2.IMREAD_COLOR)[..., ::-1]


def by_tensorflow(picture: bytes) -> numpy.ndarray | None:
    try:
        return tf.io.decode_image(picture, channels=3, expand_animations=False).numpy()
    except tf.errors.InvalidArgumentError:
        return None


LIBRARIES = {"pillow": by_pillow, "opencv": by_opencv, "tensorflow": by_tensorflow}


def grey_by_tensorflow(picture: bytes) -> numpy.ndarray | None:
    try:
        return tf.io.decode_jpeg(picture, channels=1).numpy()
    except tf.errors.InvalidArgumentError:
        return None


def as_json(pixels: numpy.ndarray | None) -> dict | None:
    if pixels is None:
        return None
    height, width, _ = pixels.shape
    packed = base64.b64encode(zlib.compress(pixels.tobytes(), 9)).decode()
    return {"width": width, "height": height, "pixels": packed}


def main() -> None:
    CORPUS.mkdir(parents=True, exist_ok=True)
    lines = []
    for name, picture in pictures().items():
        (CORPUS / name).write_bytes(picture)
        made = {library: as_json(decode(picture)) for library, decode in LIBRARIES.items()}
        if name.endswith(".jpg"):
            made["grey"] = as_json(grey_by_tensorflow(picture))
        lines.append(f"    {json.dumps(name)}: {json.dumps(made)}")
    versions = {"pillow": PIL.__version__, "opencv": cv2.__version__, "tensorflow": tf.__version__}
    together = ",\n".join(lines)
    text = f'{{\n  "versions": {json.dumps(versions)},\n  "pictures": {{\n{together}\n  }}\n}}\n'
    (FIXTURES / "decode-parity.json").write_text(text)
    print(f"{len(lines)} pictures")


if __name__ == "__main__":
    main()
