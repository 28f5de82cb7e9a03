"""What resamplers are held against each other with, and how their answers are written."""

import base64
import json
from pathlib import Path

import numpy

FIXTURES = Path(__file__).resolve().parents[2] / "test" / "fixtures"


def noise(width: int, height: int, channels: int) -> bytes:
    """That of src/preprocessing/noise.fixture.ts."""
    seed = 7
    data = bytearray()
    for _ in range(width * height * channels):
        seed = (seed * 1_103_515_245 + 12_345) & 0x7FFFFFFF
        data.append((seed >> 16) & 255)
    return bytes(data)


SIZES = [
    ((64, 48), (22, 17)),
    ((37, 41), (53, 60)),
    ((50, 20), (9, 31)),
    ((9, 70), (40, 8)),
    ((33, 33), (33, 5)),
    ((33, 33), (7, 33)),
    ((3, 2), (1, 1)),
    ((1, 1), (5, 4)),
    ((700, 3), (2, 2)),
    ((3, 700), (2, 2)),
    ((640, 480), (224, 224)),
    ((101, 67), (224, 224)),
]
"""Up and down, odd and even, thin and tiny: of what size, to what size, each as width and height."""


def drawn_sizes(count: int = 2000) -> list[tuple[int, int, int, int]]:
    """Width and height of pictures, and of what they are brought to: photographs, small ones, icons, strips, to squares and other sizes."""
    seed = 11

    def draw(most: int) -> int:
        nonlocal seed
        seed = (seed * 1_103_515_245 + 12_345) & 0x7FFFFFFF
        return 1 + (seed >> 8) % most

    sizes = []
    for index in range(count):
        most = [1200, 300, 64][index % 3]
        picture = [draw(most), draw(most)]
        if index % 20 == 0:  # A strip, lying or standing.
            picture = [draw(40_000), draw(4)][:: 1 - 2 * (draw(2) % 2)]
        target = draw([640, 300, 40][draw(3) - 1])
        sizes.append((*picture, target, draw(640) if index % 2 else target))
    return sizes


def packed(values, dtype: str) -> str:
    """Numbers in base64."""
    return base64.b64encode(numpy.asarray(values, dtype).tobytes()).decode()


def write_cases(library: str, version: str, cases: list[dict]) -> None:
    """One case a line."""
    lines = ",\n".join(f"    {json.dumps(case)}" for case in cases)
    text = f'{{\n  {json.dumps(library)}: {json.dumps(version)},\n  "cases": [\n{lines}\n  ]\n}}\n'
    (FIXTURES / f"{library}-resampled.json").write_text(text)
