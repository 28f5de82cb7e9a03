"""Writes test/fixtures/torchvision-presets.json: what the `transforms()` of all weights for ImageNet that torchvision has make of noise.

The weights themselves are not downloaded. Those with the same transform stand together. For each transform and picture: the SHA-256 of the pixels
that are cut out, told from the floats, and some of the floats, every `step`-th, as float32 in base64. Run it from anywhere, with
requirements-torchvision.txt, installed with `--no-deps`.
"""

import base64
import hashlib
import io
import json

import numpy
import PIL
import torchvision
from PIL import Image
from torchvision import models
from vectors import FIXTURES, noise

PICTURES = [(640, 480), (375, 501), (97, 61), (62, 99), (231, 230), (250, 250), (701, 90)]
"""Landscape and portrait, smaller than every size, nearly and wholly square, a strip; each as width and height. None that shrinks is more than twice as
high as wide: Pillow 13 begins with the columns there, see pillow_resampled.py."""
VALUES = 30


def drawn(width: int, height: int) -> Image.Image:
    """As a file that is opened."""
    file = io.BytesIO()
    Image.frombytes("RGB", (width, height), noise(width, height, 3)).save(file, "PNG")
    return Image.open(file)


def transforms() -> dict[str, tuple]:
    """Each of them with the weights that have it, as `resnet50.IMAGENET1K_V2`."""
    by_description = {}
    for model in models.list_models(module=models):
        for weights in models.get_model_weights(model):
            transform = weights.transforms()
            _, names = by_description.setdefault(f"{transform} {transform.antialias}", (transform, []))
            names.append(f"{model}.{weights.name}")
    return by_description


def made(transform, picture: Image.Image) -> dict:
    floats = transform(picture).numpy()
    exact = (floats.transpose(1, 2, 0).astype(float) * transform.std + transform.mean) * 255
    pixels = exact.round()
    assert numpy.abs(exact - pixels).max() < 1e-3, "These are not pixels that were normalised."
    values = floats.astype("<f4").ravel()
    step = len(values) // VALUES | 1  # Odd, or all would be of one column.
    return {
        "sha256": hashlib.sha256(pixels.astype(numpy.uint8).tobytes()).hexdigest(),
        "step": step,
        "values": base64.b64encode(values[::step].tobytes()).decode(),
    }


def main() -> None:
    pictures = [drawn(*size) for size in PICTURES]
    alike = list(transforms().values())
    lines = []
    for transform, names in alike:
        cases = ",\n".join(f"        {json.dumps(made(transform, picture))}" for picture in pictures)
        lines.append(f'    {{\n      "weights": {json.dumps(names)},\n      "given": [\n{cases}\n      ]\n    }}')
    versions = {"torchvision": torchvision.__version__.split("+")[0], "pillow": PIL.__version__}
    together = ",\n".join(lines)
    head = f'  "versions": {json.dumps(versions)},\n  "pictures": {json.dumps(PICTURES)},'
    text = f'{{\n{head}\n  "transforms": [\n{together}\n  ]\n}}\n'
    (FIXTURES / "torchvision-presets.json").write_text(text)
    print(f"{sum(len(names) for _, names in alike)} weights, {len(alike)} transforms")


if __name__ == "__main__":
    main()
