"""BentoML: an adaptive batch of pictures is decoded in threads and run."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import bentoml
import numpy as np

from classifier import SavedModel, preprocess, top


@bentoml.service(traffic={"timeout": 60})
class Classifier:
    def __init__(self) -> None:
        self.model = SavedModel()
        self.pool = ThreadPoolExecutor(os.cpu_count())

    @bentoml.api(batchable=True, max_batch_size=8, route="/predict")
    def predict(self, images: list[Path]) -> list[dict]:
        batch = np.stack(list(self.pool.map(lambda path: preprocess(path.read_bytes()), images)))
        return [{"top": top(logits)} for logits in self.model(batch)]
