"""What TensorFlow does with no server: pictures a second of the SavedModel alone, and with decoding in threads beside it.

    bare.py logits FILE PICTURES...     writes the logits of each picture, float32
    bare.py rates SECONDS PICTURES...      prints JSON
"""

import itertools
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from classifier import SavedModel, preprocess

BATCHES = (1, 8, 16, 32)


def logits(model: SavedModel, pictures: list[bytes]) -> np.ndarray:
    """float32 [n, classes], each picture by itself."""
    return np.concatenate([model(preprocess(picture)[None]) for picture in pictures])


def rate(step, pictures: int, seconds: float) -> float:
    """Pictures a second, of as many whole steps as begin within the time. The first is not counted."""
    step()
    begun = time.monotonic()
    steps = 0
    while time.monotonic() - begun < seconds:
        step()
        steps += 1
    return pictures * steps / (time.monotonic() - begun)


def engine_rate(model: SavedModel, batch: int, picture: np.ndarray, seconds: float) -> float:
    stacked = np.repeat(picture[None], batch, axis=0)
    return rate(lambda: model(stacked), batch, seconds)


def decoding_rate(model: SavedModel, batch: int, pictures: list[bytes], seconds: float) -> float:
    """The next batch is decoded while the model runs this one."""
    turn = itertools.cycle(pictures)
    with ThreadPoolExecutor(os.cpu_count()) as pool:

        def decode():
            return [pool.submit(preprocess, next(turn)) for _ in range(batch)]

        ahead = decode()

        def step():
            nonlocal ahead
            ready = np.stack([future.result() for future in ahead])
            ahead = decode()
            model(ready)

        return rate(step, batch, seconds)


def main() -> None:
    command, argument, *files = sys.argv[1:]
    pictures = [Path(file).read_bytes() for file in files]
    model = SavedModel()
    if command == "logits":
        Path(argument).write_bytes(logits(model, pictures).tobytes())
        return
    seconds = float(argument)
    first = preprocess(pictures[0])
    print(
        json.dumps(
            {
                "engine": {batch: engine_rate(model, batch, first, seconds) for batch in BATCHES},
                "decoding": {batch: decoding_rate(model, batch, pictures, seconds) for batch in BATCHES},
            }
        )
    )


if __name__ == "__main__":
    main()
