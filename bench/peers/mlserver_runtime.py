"""MLServer: a runtime of one's own; MLServer joins requests to batches, whose pictures are decoded in threads."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from mlserver import MLModel
from mlserver.codecs import Base64Codec, NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse

from classifier import SavedModel, preprocess, top


class Classifier(MLModel):
    async def load(self) -> bool:
        self.model = SavedModel()
        self.pool = ThreadPoolExecutor(os.cpu_count())
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        encoded = Base64Codec.decode_input(payload.inputs[0])
        logits = self.model(np.stack(list(self.pool.map(preprocess, encoded))))
        best = [top(row) for row in logits]
        classes = np.array([[entry["class"] for entry in row] for row in best])
        scores = np.array([[entry["score"] for entry in row] for row in best])
        return InferenceResponse(
            model_name=self.name,
            outputs=[NumpyCodec.encode_output("classes", classes), NumpyCodec.encode_output("scores", scores)],
        )
