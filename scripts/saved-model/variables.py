"""Writes what TensorFlow reads out of a bundled model's variables: test/fixtures/shapes-variables.json.

For each variable its dtype, its shape and the SHA-256 of its bytes (of a string's, the text's). Run it from anywhere with the
packages of scripts/models/requirements.txt, after models/shapes was trained afresh.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import hashlib
import json
from pathlib import Path

import tensorflow as tf

ROOT = Path(__file__).resolve().parents[2]


def describe(value) -> dict:
    """value is what a checkpoint reader gives: an array, or bytes for a string."""
    if isinstance(value, bytes):
        return {"dtype": "string", "shape": [], "sha256": hashlib.sha256(value).hexdigest()}
    return {
        "dtype": str(value.dtype),
        "shape": list(value.shape),
        "sha256": hashlib.sha256(value.tobytes()).hexdigest(),
    }


def main() -> None:
    reader = tf.train.load_checkpoint(str(ROOT / "models" / "shapes" / "1" / "variables" / "variables"))
    names = sorted(reader.get_variable_to_shape_map(), key=lambda name: name.encode())
    variables = {name: describe(reader.get_tensor(name)) for name in names}
    path = ROOT / "test" / "fixtures" / "shapes-variables.json"
    path.write_text(json.dumps(variables, indent=2) + "\n")


if __name__ == "__main__":
    main()
