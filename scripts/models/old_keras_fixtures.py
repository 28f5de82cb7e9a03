"""Writes small files as Keras wrote them before it had its zip, and what it made of them.

test/fixtures/keras/<keras222|tensorflow211>/<model>, with expected.json. Run it once with
each, on Python 3.6 and 3.7:

    python3.6 -m venv .venv36 && .venv36/bin/pip install --prefer-binary tensorflow==1.12.3 'h5py<3' 'numpy<1.17' \
        'protobuf<3.20' 'grpcio<1.48' scipy pyyaml
    .venv36/bin/pip install --no-deps keras==2.2.2 keras-applications==1.0.4 keras-preprocessing==1.0.2
    .venv36/bin/python scripts/models/old_keras_fixtures.py      # sequential models are lists of layers
    python3.7 -m venv .venv37 && .venv37/bin/pip install tensorflow-cpu==2.11.0
    .venv37/bin/python scripts/models/old_keras_fixtures.py      # a model.keras is an HDF5 file
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import json
import shutil
from pathlib import Path

import numpy as np
import tensorflow as tf

OLD = tf.__version__.startswith("1.")
if OLD:
    import keras
else:
    keras = tf.keras
layers = keras.layers
FOLDER = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "keras" / ("keras222" if OLD else "tensorflow211")


def sequential():
    return keras.models.Sequential(
        [
            layers.Conv2D(4, 3, activation="relu", input_shape=(8, 8, 3)),
            layers.MaxPooling2D(),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(3),
            layers.Activation("softmax"),
        ]
    )


def sequentials():
    first = keras.models.Sequential(
        [
            layers.Conv2D(4, 3, padding="same", input_shape=(8, 8, 3)),
            layers.BatchNormalization(),
            layers.LeakyReLU(0.1),
        ]
    )
    second = keras.models.Sequential(
        [layers.SeparableConv2D(4, 3, input_shape=(8, 8, 4)), layers.GlobalAveragePooling2D()]
    )
    return keras.models.Sequential([first, second, layers.Dense(3, activation="softmax")])


def model_first():
    inner = layers.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, activation="relu")(inner)
    base = keras.models.Model(inner, layers.BatchNormalization()(x), name="base")
    return keras.models.Sequential([base, layers.Flatten(), layers.Dense(5, activation="sigmoid")])


def model_within():
    picture = layers.Input((8, 8, 3), name="picture")
    both = layers.add([layers.Conv2D(4, 3, padding="same")(picture), layers.Conv2D(4, 1)(picture)])
    pooled = keras.models.Sequential(
        [layers.Conv2D(4, 3, activation="relu", input_shape=(8, 8, 4)), layers.GlobalMaxPooling2D()]
    )(both)
    return keras.models.Model(picture, layers.Dense(2, activation="softmax")(pooled))


MODELS = (sequential, sequentials, model_first, model_within) if OLD else (sequential, model_first)


def give_weights(model, random):
    for layer in model.layers:
        if hasattr(layer, "layers"):
            give_weights(layer, random)
            continue
        drawn = [random.uniform(0.2, 1.2, w.shape) for w in layer.get_weights()]
        layer.set_weights([w - 0.7 if w.ndim > 1 else w * 0.5 for w in drawn])


def tensor(array):
    return {"shape": list(array.shape), "values": [float("%.5g" % value) for value in array.ravel().tolist()]}


def write(build):
    keras.backend.clear_session()
    model = build()
    random = np.random.RandomState(len(build.__name__))
    give_weights(model, random)
    folder = FOLDER / build.__name__
    folder.mkdir(parents=True)
    model.save(str(folder / ("model.h5" if OLD else "model.keras")), include_optimizer=False)
    picture = random.uniform(0, 1, (2, 8, 8, 3)).round(2).astype(np.float32)
    # The file keeps no name of the first model, and so none of its input.
    name = "unnamed_1_input" if build is sequentials else model.input_names[0]
    expected = {
        "inputs": {name: tensor(picture)},
        "outputs": {"output_0": tensor(model.predict(picture))},
    }
    (folder / "expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")


shutil.rmtree(str(FOLDER), ignore_errors=True)
for build in MODELS:
    write(build)
