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

For each picture there are then, beside a copy of it, <name>.tensor.npy, <name>.probabilities.npy and <name>.json with its label. Needs NumPy
and whatever your code needs.
"""

import json
import shutil
import sys
from pathlib import Path

import numpy as np

__all__ = ["write_goldens"]


def write_goldens(folder, pictures, preprocess, model=None, labels=None, logits=False, tolerance=None):
    """Writes one golden for each picture.

    folder: where to; made if it is not there. `models/<name>/goldens` for all versions, `models/<name>/<version>/goldens` for one.
    pictures: paths of JPEG, PNG or WebP files, whose bytes are copied as they are.
    preprocess: takes a path and gives what the model is fed: float32 [height, width, channels] or [channels, height, width], with a batch
        of 1 in front or without, as a NumPy array, a TensorFlow or a PyTorch tensor.
    model: takes a batch of one and gives [1, classes]; without one, only the tensors are written.
    labels: the names of the classes by index; without them, no labels are written.
    logits: whether the model gives logits rather than probabilities.
    tolerance: such as {"pixels": 2, "probabilities": 0.02}; Tensornest's own by default.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for picture in map(Path, pictures):
        tensor = preprocess(str(picture))
        batch = tensor if len(tensor.shape) == 4 else tensor[None]
        golden = {}
        np.save(folder / f"{picture.stem}.tensor.npy", _numpy(batch))
        if model is not None:
            scores = _numpy(_run(model, batch)).reshape(-1).astype(np.float64)
            if logits:
                powers = np.exp(scores - scores.max())
                scores = powers / powers.sum()
            np.save(folder / f"{picture.stem}.probabilities.npy", scores.astype(np.float32))
            if labels is not None:
                golden["label"] = labels[int(scores.argmax())]
        if tolerance is not None:
            golden["tolerance"] = tolerance
        if picture.resolve() != (folder / picture.name).resolve():
            shutil.copyfile(picture, folder / picture.name)
        if golden:
            (folder / f"{picture.stem}.json").write_text(json.dumps(golden, ensure_ascii=False) + "\n", encoding="utf-8")


def _run(model, batch):
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(batch, torch.Tensor):
        return model(batch)
    with torch.no_grad():
        return model(batch)


def _numpy(values):
    if hasattr(values, "detach"):
        values = values.detach().cpu()
    return np.ascontiguousarray(np.asarray(values))
