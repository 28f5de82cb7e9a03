"""Writes test/fixtures/decoded.json: what TensorFlow's decoder makes of the PNGs in test/fixtures/images.

For each file, by `channels/bits` as they were asked for: the shape and the SHA-256 of the samples, little-endian.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import hashlib
import json
from pathlib import Path

import tensorflow as tf

FIXTURES = Path(__file__).resolve().parents[2] / "test" / "fixtures"
# Those that nobody decodes.
REFUSED = ["bad-checksum.png", "bomb.png", "claims-60000.png", "truncated.png"]


def main() -> None:
    expected = {}
    for file in sorted((FIXTURES / "images").glob("*.png")):
        if file.name in REFUSED:
            continue
        for channels in (0, 1, 3, 4):
            for dtype in (tf.uint8, tf.uint16):
                pixels = tf.io.decode_png(file.read_bytes(), channels=channels, dtype=dtype).numpy()
                expected.setdefault(file.name, {})[f"{channels}/{dtype.size * 8}"] = {
                    "shape": pixels.shape,
                    "sha256": hashlib.sha256(pixels.tobytes()).hexdigest(),
                }
    lines = [f"  {json.dumps(name)}: {json.dumps(kinds, indent=2)}" for name, kinds in expected.items()]
    (FIXTURES / "decoded.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{len(expected)} pictures")


if __name__ == "__main__":
    main()
