"""Ray Serve: `@serve.batch` joins requests; the pictures of a batch are decoded in threads."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import ray
from ray import serve
from starlette.requests import Request

from classifier import SavedModel, preprocess, top


@serve.deployment(max_ongoing_requests=100)
class Classifier:
    def __init__(self) -> None:
        self.model = SavedModel()
        self.pool = ThreadPoolExecutor(os.cpu_count())

    @serve.batch(max_batch_size=8, batch_wait_timeout_s=0.01)
    async def classify(self, encoded: list[bytes]) -> list[dict]:
        batch = np.stack(list(self.pool.map(preprocess, encoded)))
        return [{"top": top(logits)} for logits in self.model(batch)]

    async def __call__(self, request: Request) -> dict:
        return await self.classify(await request.body())


if __name__ == "__main__":
    ray.init(include_dashboard=False)
    serve.start(http_options={"host": "127.0.0.1", "port": int(os.environ["PORT"])})
    serve.run(Classifier.bind(), route_prefix="/predict", blocking=True)
