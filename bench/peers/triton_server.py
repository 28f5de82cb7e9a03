"""Triton by PyTriton: Triton joins requests to batches, and this process decodes their pictures in threads and runs them."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from pytriton.decorators import batch
from pytriton.model_config import DynamicBatcher, ModelConfig, Tensor
from pytriton.triton import Triton, TritonConfig

from classifier import SavedModel, preprocess, top

model = SavedModel()
pool = ThreadPoolExecutor(os.cpu_count())


@batch
def classify(image: np.ndarray) -> dict:
    logits = model(np.stack(list(pool.map(preprocess, image[:, 0]))))
    best = [top(row) for row in logits]
    return {
        "classes": np.array([[entry["class"] for entry in row] for row in best], np.int32),
        "scores": np.array([[entry["score"] for entry in row] for row in best], np.float32),
    }


if __name__ == "__main__":
    ports = {name: int(os.environ[f"{name.upper()}_PORT"]) for name in ("http", "grpc", "metrics")}
    config = TritonConfig(http_address="127.0.0.1", **{f"{name}_port": port for name, port in ports.items()})
    with Triton(config=config) as triton:
        triton.bind(
            model_name="classifier",
            infer_func=classify,
            inputs=[Tensor(name="image", dtype=bytes, shape=(1,))],
            outputs=[
                Tensor(name="classes", dtype=np.int32, shape=(5,)),
                Tensor(name="scores", dtype=np.float32, shape=(5,)),
            ],
            config=ModelConfig(max_batch_size=8, batcher=DynamicBatcher(max_queue_delay_microseconds=0)),
        )
        triton.serve()
