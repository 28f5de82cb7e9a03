"""What every server here has in common: a picture to the tensor that the model was trained on, the model, and its five best classes.

From the environment: MODEL (a folder with a SavedModel), KERAS_MODEL (the same as a .keras file), SCALE (`tf` or `caffe`, the mode of
keras.applications' preprocess_input).
"""

import io
import os

import numpy as np
from PIL import Image

SIDE = 224
MEAN = np.array([103.939, 116.779, 123.68], np.float32)  # of blue, green, red


def preprocess(encoded: bytes) -> np.ndarray:
    """An encoded picture -> float32 [224, 224, 3]."""
    picture = Image.open(io.BytesIO(encoded)).convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    pixels = np.asarray(picture, np.float32)
    if os.environ["SCALE"] == "caffe":
        return pixels[..., ::-1] - MEAN
    return pixels / 127.5 - 1.0


class SavedModel:
    """The default signature of a SavedModel: float32 [n, 224, 224, 3] -> logits float32 [n, classes]."""

    def __init__(self) -> None:
        import tensorflow as tf

        self.tf = tf
        self.loaded = tf.saved_model.load(os.environ["MODEL"])
        self.signature = self.loaded.signatures["serving_default"]
        (self.input,) = self.signature.structured_input_signature[1]
        (self.output,) = self.signature.structured_outputs

    def __call__(self, batch: np.ndarray) -> np.ndarray:
        return self.signature(**{self.input: self.tf.constant(batch)})[self.output].numpy()


def top(logits: np.ndarray) -> list[dict]:
    """The five best classes of one picture, the best first."""
    scores = np.exp(logits - logits.max())
    scores /= scores.sum()
    best = np.argpartition(scores, -5)[-5:]
    return [{"class": int(index), "score": float(scores[index])} for index in best[np.argsort(-scores[best])]]
