"""LitServe: requests are decoded, joined to batches and run in its worker; pictures come as base64 in JSON, as its examples send them."""

import base64
import os

import litserve
import numpy as np

from classifier import SavedModel, preprocess, top


class Classifier(litserve.LitAPI):
    def setup(self, device: str) -> None:
        self.model = SavedModel()

    def decode_request(self, request: dict) -> np.ndarray:
        return preprocess(base64.b64decode(request["image"]))

    def batch(self, inputs: list) -> np.ndarray:
        return np.stack(inputs)

    def predict(self, batch: np.ndarray) -> np.ndarray:
        return self.model(batch)

    def unbatch(self, output: np.ndarray) -> list:
        return list(output)

    def encode_response(self, output: np.ndarray) -> dict:
        return {"top": top(output)}


if __name__ == "__main__":
    api = Classifier(max_batch_size=8, batch_timeout=0.01)
    server = litserve.LitServer(api, accelerator="cpu")
    server.run(host="127.0.0.1", port=int(os.environ["PORT"]), generate_client_file=False)
