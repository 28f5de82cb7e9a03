"""Writes test/fixtures/pillow-resampled.json: what Pillow's filters make of noise, up and down, odd and even, thin and tiny.

For each filter, mode and pair of sizes the SHA-256 of the bytes that Pillow gives. Run it from anywhere.
"""

import hashlib

import PIL
from PIL import Image
from vectors import SIZES, noise, write_cases

FILTERS = ["box", "bilinear", "hamming", "bicubic", "lanczos"]
CHANNELS = {"L": 1, "RGB": 3, "RGBA": 4}


# Where Pillow 13 begins with the columns, beside those of the common sizes: lower but not narrower, and much lower than narrower.
COLUMNS_FIRST = [((30, 90), (40, 20)), ((44, 58), (23, 9)), ((75, 156), (40, 52)), ((3, 400), (5, 20))]


def main() -> None:
    cases = []
    for name in FILTERS:
        resample = Image.Resampling[name.upper()]
        for mode in CHANNELS:
            for start, to in [*SIZES, *COLUMNS_FIRST]:
                picture = Image.frombytes(mode, start, noise(*start, CHANNELS[mode]))
                expected = picture.resize(to, resample).tobytes()
                case = {"filter": name, "mode": mode, "from": start, "to": to}
                case["sha256"] = hashlib.sha256(expected).hexdigest()
                cases.append(case)
    write_cases("pillow", PIL.__version__, cases)
    print(f"{len(cases)} cases")


if __name__ == "__main__":
    main()
