"""Writes test/fixtures/torchvision-fits.json: what torchvision's `Resize` and `CenterCrop` cut out of 2,000 pictures of drawn sizes.

Of each the short side that it is resized to, the sides that this gives, and left and top of what is cut out then, all in base64. Only sizes are
computed: the pictures have no pixels. Run it from anywhere, with requirements-torchvision.txt, installed with `--no-deps`.
"""

import json

import torch
import torchvision
from torchvision.transforms import CenterCrop, Resize
from vectors import FIXTURES, drawn_sizes, packed


def cropped(index: int, width: int, height: int, target_width: int, target_height: int) -> list[int]:
    short_side = max(target_width, target_height) + index % 4 * 9
    resized = Resize(short_side)(torch.empty((1, height, width), device="meta"))
    shown = CenterCrop((target_height, target_width))(resized)
    assert shown.shape[1:] == (target_height, target_width)
    _, scaled_height, scaled_width = resized.shape
    top, left = divmod(shown.storage_offset() - resized.storage_offset(), scaled_width)
    return [short_side, scaled_width, scaled_height, left, top]


def main() -> None:
    rows = [cropped(index, *size) for index, size in enumerate(drawn_sizes())]
    versions = {"torchvision": torchvision.__version__.split("+")[0]}
    table = {"versions": versions, "crop": packed(rows, "<u4")}
    text = ",\n".join(f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in table.items())
    (FIXTURES / "torchvision-fits.json").write_text(f"{{\n{text}\n}}\n")
    print(f"{len(rows)} sizes")


if __name__ == "__main__":
    main()
