"""Writes test/fixtures/pillow-resampled.json: what Pillow's filters make of noise, up and down, odd and even, thin and tiny.

For each filter, mode and pair of sizes the SHA-256 of the bytes that Pillow gives where rows are resampled before columns, which every
version of it does but the newest in some cases: there `resize` itself is told to be another. Run it from anywhere.
"""

import hashlib

import PIL
from PIL import Image
from vectors import SIZES, noise, write_cases

FILTERS = ["box", "bilinear", "hamming", "bicubic", "lanczos"]
CHANNELS = {"L": 1, "RGB": 3, "RGBA": 4}


def rows_first(picture: Image.Image, size: tuple[int, int], resample: Image.Resampling) -> Image.Image:
    # As `resize` itself treats alpha: colours count as much as they are opaque.
    source = picture.convert("RGBa") if picture.mode == "RGBA" else picture
    wide = source.resize((size[0], picture.height), resample)
    return wide.resize(size, resample).convert(picture.mode)


def main() -> None:
    cases = []
    for name in FILTERS:
        resample = Image.Resampling[name.upper()]
        for mode in CHANNELS:
            for start, to in SIZES:
                picture = Image.frombytes(mode, start, noise(*start, CHANNELS[mode]))
                expected = rows_first(picture, to, resample).tobytes()
                case = {"filter": name, "mode": mode, "from": start, "to": to}
                case["sha256"] = hashlib.sha256(expected).hexdigest()
                case["otherwise"] = picture.resize(to, resample).tobytes() != expected
                cases.append(case)
    write_cases("pillow", PIL.__version__, cases)
    print(f"{len(cases)} cases, in {sum(case['otherwise'] for case in cases)} of them Pillow begins with the columns")


if __name__ == "__main__":
    main()
