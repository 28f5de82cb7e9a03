"""Writes test/fixtures/opencv-resampled.json: what OpenCV's `resize` makes of noise, in bytes.

For each interpolation, number of channels and pair of sizes the SHA-256 of the bytes. What is a half before `cubic` rounds it becomes one or the
other with the order in which a processor adds up: `ties` says where that is, and there the bytes are 0. Run it from anywhere, on x86-64: elsewhere
OpenCV computes `cubic` in whole numbers.
"""

import hashlib

import cv2
import numpy
from vectors import SIZES, noise, write_cases

INTERPOLATIONS = ["nearest", "linear", "cubic", "area"]
WHOLE = [((64, 48), (32, 24)), ((64, 48), (16, 24)), ((60, 48), (20, 12)), ((64, 48), (64, 24))]
"""Sides that become half, a third, a quarter as long: these OpenCV does in ways of their own."""


def cubic_weights(start: int, to: int) -> numpy.ndarray:
    """Of each pixel of an axis in each of the scaled one, float64, by cubic convolution with a = -0.75."""
    at = (numpy.arange(to) + 0.5) * start / to - 0.5
    first = numpy.floor(at).astype(int) - 1
    weights = numpy.zeros((to, start))
    for tap in range(4):
        x = numpy.abs(at - (first + tap))
        near = (1.25 * x - 2.25) * x * x + 1
        far = ((-0.75 * x + 3.75) * x - 6) * x + 3
        numpy.add.at(weights, (numpy.arange(to), numpy.clip(first + tap, 0, start - 1)), numpy.where(x < 1, near, far))
    return weights


def ties_of(picture: numpy.ndarray, to: tuple[int, int]) -> numpy.ndarray:
    """The places of the values that are a half, within a thousandth."""
    height, width, _ = picture.shape
    down, across = cubic_weights(height, to[1]), cubic_weights(width, to[0])
    exact = numpy.einsum("yh,hwc,xw->yxc", down, picture.astype(float), across, optimize=True)
    return numpy.flatnonzero(numpy.abs(exact - numpy.floor(exact) - 0.5) < 1e-3)


def main() -> None:
    cases = []
    for name in INTERPOLATIONS:
        interpolation = getattr(cv2, f"INTER_{name.upper()}")
        for channels in [1, 3, 4]:
            for start, to in [*SIZES, *WHOLE]:
                width, height = start
                picture = numpy.frombuffer(noise(width, height, channels), numpy.uint8).reshape(height, width, channels)
                resized = cv2.resize(picture, to, interpolation=interpolation).ravel()
                ties = ties_of(picture, to) if name == "cubic" else []
                resized[ties] = 0
                case = {"interpolation": name, "channels": channels, "from": start, "to": to, "ties": list(map(int, ties))}
                case["sha256"] = hashlib.sha256(resized.tobytes()).hexdigest()
                cases.append(case)
    write_cases("opencv", cv2.__version__, cases)
    print(f"{len(cases)} cases")


if __name__ == "__main__":
    main()
