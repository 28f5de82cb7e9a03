"""What the cases of wasm_ops.py are made with: seeded numbers, and the list that `case` adds to."""

import numpy as np
import tensorflow as tf

raw = tf.raw_ops
rng = np.random.default_rng(5)


def floats(*shape: int, low: float = -3, high: float = 3) -> np.ndarray:
    """Multiples of 1/64, which compress well."""
    return (np.rint(rng.uniform(low, high, shape) * 64) / 64).astype(np.float32)


def ints(*shape: int, low: int = -9, high: int = 9, dtype=np.int32) -> np.ndarray:
    return rng.integers(low, high, shape).astype(dtype)


def bools(*shape: int) -> np.ndarray:
    return rng.random(shape) < 0.5


CASES: list[tuple] = []


def case(function, *inputs: np.ndarray, name: str | None = None) -> None:
    CASES.append((name, function, inputs))


X = floats(2, 3, 4)
IMAGE = floats(2, 7, 5, 4)
EDGE = np.float32([-2.5, -1.5, -0.5, -0.0, 0.0, 0.5, 1.5, 2.5, 7, 1e-3])
PIXELS = ints(2, 5, 4, 3, low=0, high=256, dtype=np.uint8)
