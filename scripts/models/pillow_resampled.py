"""Writes test/fixtures/pillow-resampled.json: what Pillow's filters make of noise, up and down, odd and even, thin and tiny.

For each filter, mode and pair of sizes the SHA-256 of the bytes that Pillow gives where rows are resampled before columns, which every
version of it does but the newest in some cases: there `resize` itself is told to be another. The noise is that of
src/preprocessing/noise.fixture.ts. Run it from anywhere.
"""

import hashlib
import json
from pathlib import Path

import PIL
from PIL import Image

FILE = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "pillow-resampled.json"
FILTERS = ["box", "bilinear", "hamming", "bicubic", "lanczos"]
CHANNELS = {"L": 1, "RGB": 3, "RGBA": 4}
SIZES = [
    ((64, 48), (22, 17)),
    ((37, 41), (53, 60)),
    ((50, 20), (9, 31)),
    ((9, 70), (40, 8)),
    ((33, 33), (33, 5)),
    ((33, 33), (7, 33)),
    ((3, 2), (1, 1)),
    ((1, 1), (5, 4)),
    ((700, 3), (2, 2)),
    ((3, 700), (2, 2)),
    ((640, 480), (224, 224)),
    ((101, 67), (224, 224)),
]


def noise(width: int, height: int, mode: str) -> Image.Image:
    seed = 7
    data = bytearray()
    for _ in range(width * height * CHANNELS[mode]):
        seed = (seed * 1_103_515_245 + 12_345) & 0x7FFFFFFF
        data.append((seed >> 16) & 255)
    return Image.frombytes(mode, (width, height), bytes(data))


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
                picture = noise(*start, mode)
                expected = rows_first(picture, to, resample).tobytes()
                case = {"filter": name, "mode": mode, "from": start, "to": to}
                case["sha256"] = hashlib.sha256(expected).hexdigest()
                case["otherwise"] = picture.resize(to, resample).tobytes() != expected
                cases.append(case)
    lines = ",\n".join(f"    {json.dumps(case)}" for case in cases)
    FILE.write_text(f'{{\n  "pillow": {json.dumps(PIL.__version__)},\n  "cases": [\n{lines}\n  ]\n}}\n')
    print(f"{len(cases)} cases, in {sum(case['otherwise'] for case in cases)} of them Pillow begins with the columns")


if __name__ == "__main__":
    main()
