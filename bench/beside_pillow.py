"""Times Pillow for bench/beside-pillow.mjs: for each line of stdin, the median of 31 times in ms of resizing a decoded picture of 640x480 to 224x224, bilinear,
and of decoding it as well.

    python bench/beside_pillow.py PICTURE
"""

import io
import statistics
import sys
import time
from pathlib import Path

import PIL
from PIL import Image


def median_ms(work) -> float:
    took = []
    for _ in range(31):
        began = time.perf_counter()
        work()
        took.append(1000 * (time.perf_counter() - began))
    return statistics.median(took)


def main() -> None:
    file = Path(sys.argv[1]).read_bytes()
    decoded = Image.open(io.BytesIO(file)).convert("RGB")
    print(PIL.__version__, flush=True)
    for _ in sys.stdin:
        resizing = median_ms(lambda: decoded.resize((224, 224), Image.Resampling.BILINEAR))
        both = median_ms(
            lambda: Image.open(io.BytesIO(file)).convert("RGB").resize((224, 224), Image.Resampling.BILINEAR)
        )
        print(resizing, both, flush=True)


if __name__ == "__main__":
    main()
