"""Writes small SavedModels that say how models are frozen into constants, or why they are not: test/fixtures/graphs/<name>/1/.

And test/fixtures/graphs/expected.json: for each model, what TensorFlow in Python answers in a session, as the server runs
it, and words of which the server's reason for not optimising it has one (none: it is optimised). Run it from anywhere; it
replaces what it wrote before. The graphs are in graphs/.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import base64
import json
import shutil
from pathlib import Path

import numpy as np
import tensorflow as tf
from absl import logging

from graphs import control, functions, norms, tf1, variables  # noqa: F401, each registers its graphs
from graphs.graph import GRAPHS, Call, v1

FOLDER = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "graphs"
LIMIT = 640 * 1024  # bytes of all together


def plain(value):
    """A NumPy value as the server writes it in JSON: float32 by its shortest digits, complex numbers as pairs."""
    match value:
        case np.ndarray():
            return [plain(item) for item in value] if value.shape else plain(value[()])
        case str():
            return value
        case bytes():
            try:
                return value.decode()
            except UnicodeDecodeError:
                return {"b64": base64.b64encode(value).decode()}
        case np.complex64():
            return [plain(value.real), plain(value.imag)]
        case np.float32():
            number = float(str(value))
            return int(number) if number.is_integer() else number
    return value.item()


def answers(folder: Path, calls: tuple[Call, ...]) -> list[dict]:
    """What a session answers, each call in one of its own, since some graphs remember."""
    found = []
    for name, inputs in calls:
        with v1.Graph().as_default(), v1.Session() as session:
            signature = v1.saved_model.load(session, ["serve"], str(folder)).signature_def[name]
            dtypes = {key: tf.as_dtype(info.dtype).as_numpy_dtype for key, info in signature.inputs.items()}
            given = {key: np.array(value, dtypes[key]) for key, value in inputs.items()}
            feeds = {signature.inputs[key].name: value for key, value in given.items()}
            outputs = session.run({key: info.name for key, info in signature.outputs.items()}, feeds)
        written = {key: plain(value) for key, value in given.items()}
        found.append({"signature": name, "inputs": written, "outputs": {key: plain(outputs[key]) for key in sorted(outputs)}})
    return found


def lines(name: str, model: dict) -> str:
    """JSON with one line for each call."""
    head = json.dumps({"flat": model["flat"], "because": model["because"]})[:-1]
    calls = ",\n".join(f"    {json.dumps(it, ensure_ascii=False)}" for it in model["calls"])
    return f'  {json.dumps(name)}: {head}, "calls": [\n{calls}\n  ]}}'


def main() -> None:
    logging.set_verbosity("error")
    tf.get_logger().setLevel("ERROR")
    shutil.rmtree(FOLDER, ignore_errors=True)
    expected = {}
    for name, (write, calls, because) in sorted(GRAPHS.items()):
        tf.keras.backend.clear_session()
        folder = FOLDER / name / "1"
        write(folder)
        (folder / "fingerprint.pb").unlink(missing_ok=True)
        for empty in ("assets", "variables"):
            if (folder / empty).is_dir() and not any((folder / empty).iterdir()):
                (folder / empty).rmdir()
        expected[name] = {"flat": not because, "because": because, "calls": answers(folder, calls)}
    (FOLDER / "expected.json").write_text("{\n" + ",\n".join(map(lines, expected, expected.values())) + "\n}\n")
    size = sum(file.stat().st_size for file in FOLDER.rglob("*") if file.is_file())
    print(f"{len(expected)} graphs, {sum(len(it.calls) for it in GRAPHS.values())} calls, {size / 1024:.0f} KiB")
    assert size <= LIMIT, "the graphs are too large to be committed"


if __name__ == "__main__":
    main()
