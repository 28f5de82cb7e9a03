"""Writes test/fixtures/opencv-resampled.json: what OpenCV's `resize` makes of noise, in bytes.

For each interpolation, number of channels and pair of sizes the SHA-256 of the bytes. Run it from anywhere, on x86-64: elsewhere OpenCV
rounds otherwise here and there.
"""

import hashlib
import json
from pathlib import Path

import cv2
import numpy
from noise import SIZES, noise

FILE = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "opencv-resampled.json"
INTERPOLATIONS = ["nearest", "linear", "cubic", "area"]
WHOLE = [((64, 48), (32, 24)), ((64, 48), (16, 24)), ((60, 48), (20, 12)), ((64, 48), (64, 24))]
"""Sides that become half, a third, a quarter as long: these OpenCV does in ways of their own."""


def main() -> None:
    cases = []
    for name in INTERPOLATIONS:
        interpolation = getattr(cv2, f"INTER_{name.upper()}")
        for channels in [1, 3, 4]:
            for start, to in [*SIZES, *WHOLE]:
                width, height = start
                picture = numpy.frombuffer(noise(width, height, channels), numpy.uint8)
                resized = cv2.resize(picture.reshape(height, width, channels), to, interpolation=interpolation)
                case = {"interpolation": name, "channels": channels, "from": start, "to": to}
                case["sha256"] = hashlib.sha256(resized.tobytes()).hexdigest()
                cases.append(case)
    lines = ",\n".join(f"    {json.dumps(case)}" for case in cases)
    FILE.write_text(f'{{\n  "opencv": {json.dumps(cv2.__version__)},\n  "cases": [\n{lines}\n  ]\n}}\n')
    print(f"{len(cases)} cases")


if __name__ == "__main__":
    main()
