"""Writes goldens for Tensornest with your own training code: pictures, what your code feeds the model for each, and what the model says.

    from write_goldens import write_goldens

    # Keras
    write_goldens("models/flowers/goldens", ["daisy.jpg", "rose.jpg"],
                  preprocess=lambda path: preprocess_input(img_to_array(load_img(path, target_size=(224, 224)))),
                  model=model, labels=["daisy", "rose"])

    # PyTorch
    write_goldens("models/flowers/goldens", ["daisy.jpg", "rose.jpg"],
                  preprocess=lambda path: weights.transforms()(Image.open(path).convert("RGB")),
                  model=model.eval(), labels=["daisy", "rose"], logits=True)

For each picture there are then, beside a copy of it, <name>.tensor.npy, <name>.probabilities.npy and <name>.json with its label. The name is
the picture's; where several have the same, their folders' names go before it: cat/0.png and dog/0.png become cat-0 and dog-0. Needs NumPy and
whatever your code needs.
"""

import glob
import json
import shutil
import sys
from pathlib import Path

import numpy as np

__all__ = ["write_goldens"]

_PICTURES = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"}


def write_goldens(folder, pictures, preprocess, model=None, labels=None, logits=False, tolerance=None):
    """Writes one golden for each picture.

    folder: where to; made if it is not there. `models/<name>/goldens` for all versions, `models/<name>/<version>/goldens` for one.
    pictures: paths of files of a format that the server takes (JPEG, PNG, WebP, GIF, BMP), whose bytes are copied as they are.
    preprocess: takes a path and gives what the model is fed: [height, width, channels] or [channels, height, width] (of a Keras model of grey
        pictures without channels [height, width]), with a batch of 1 in front or without, as a NumPy array, a TensorFlow or a PyTorch tensor.
    model: takes a batch of one and gives [1, classes], or [1, 1] with the score of the second of two; without one, only the tensors are written.
    labels: the names of the classes by index; without them, no labels are written.
    logits: whether the model gives logits rather than probabilities.
    tolerance: such as {"pixels": 2, "probabilities": 0.02}; Tensornest's own by default.

    Raises ValueError where a picture is given twice, and FileExistsError where the folder has a golden of the same name for another picture;
    then nothing is written. A golden of the same picture is written anew.
    """
    folder = Path(folder)
    named = _named([Path(picture) for picture in pictures])
    for name, picture in named.items():
        _check_free(folder, name, picture)
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in named.items():
        tensor = preprocess(str(picture))
        batch = tensor if len(tensor.shape) == _rank(model) else tensor[None]
        golden = {}
        np.save(folder / f"{name}.tensor.npy", _numpy(batch))
        if model is not None:
            scores = _numpy(_run(model, batch)).reshape(-1).astype(np.float64)
            is_binary = scores.size == 1 and (labels is None or len(labels) == 2)
            if is_binary:
                second = 1 / (1 + np.exp(-scores)) if logits else scores
                scores = np.concatenate([1 - second, second])
            elif logits:
                powers = np.exp(scores - scores.max())
                scores = powers / powers.sum()
            np.save(folder / f"{name}.probabilities.npy", scores.astype(np.float32))
            if labels is not None:
                # Of two equal ones the second: p >= 0.5.
                golden["label"] = labels[int(scores[1] >= scores[0]) if is_binary else int(scores.argmax())]
        if tolerance is not None:
            golden["tolerance"] = tolerance
        copy = folder / f"{name}{picture.suffix}"
        if picture.resolve() != copy.resolve():
            shutil.copyfile(picture, copy)
        if golden:
            (folder / f"{name}.json").write_text(json.dumps(golden, ensure_ascii=False) + "\n", encoding="utf-8")


def _named(pictures):
    """The pictures by the names of their goldens, of which no file system takes two for the same."""
    parts = [picture.absolute().with_suffix("").parts[1:] for picture in pictures]
    lengths = [1] * len(pictures)
    while True:
        names = ["-".join(part[-length:]) for part, length in zip(parts, lengths)]
        folded = [name.casefold() for name in names]
        clashing = [index for index, name in enumerate(folded) if folded.count(name) > 1]
        if not clashing:
            return dict(zip(names, pictures))
        if all(lengths[index] >= len(parts[index]) for index in clashing):
            same = [str(pictures[index]) for index in clashing if folded[index] == folded[clashing[0]]]
            raise ValueError(f"{' and '.join(same)} would become one golden. Give each picture once, and under a name of its own.")
        for index in clashing:
            lengths[index] += 1


def _check_free(folder, name, picture):
    for other in folder.glob(f"{glob.escape(name)}.*"):
        if other.suffix.lower() not in _PICTURES or other.stem != name or other.resolve() == picture.resolve():
            continue
        if other.suffix != picture.suffix or other.read_bytes() != picture.read_bytes():
            raise FileExistsError(f"{other} is there already and is another picture than {picture}. Remove it, or rename the new one.")


def _rank(model):
    shape = getattr(model, "input_shape", None)
    return len(shape) if isinstance(shape, tuple) else 4


def _run(model, batch):
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(batch, torch.Tensor):
        return model(batch)
    with torch.no_grad():
        return model(batch)


def _numpy(values):
    if hasattr(values, "detach"):
        values = values.detach().cpu()
    values = np.ascontiguousarray(np.asarray(values))
    # NumPy has no bfloat16 of its own.
    return values if values.dtype.kind in "fiu" else values.astype(np.float32)
