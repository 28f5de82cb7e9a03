"""Networks of keras.applications that nobody trained, but that answer each picture and each class differently.

Weights are drawn from a seed (`weights=None`: nothing is downloaded). Left so, every batch norm would be the identity and
all pictures would look alike to the network, and a mistake in serving it could hide.
"""

from typing import NamedTuple

import keras
import numpy as np
from keras import applications, layers

from drawing import SHAPES, draw

SEED = 20
CALIBRATION = 40  # pictures: with fewer, one of more contrast than all of them can swing EfficientNet far out


class Application(NamedTuple):
    module: str  # of keras.applications
    side: int  # of the picture, in pixels
    classes: int
    scale: str  # what model.yaml calls the module's preprocess_input


# Fewer pixels and classes than usual where that saves time and space, and takes no kind of layer away.
APPLICATIONS = {
    "MobileNetV2": Application("mobilenet_v2", 224, 1000, "tf"),
    "MobileNetV3Small": Application("mobilenet_v3", 96, 100, "raw"),
    "EfficientNetB0": Application("efficientnet", 96, 100, "raw"),
    "ResNet50": Application("resnet50", 224, 1000, "caffe"),
    "DenseNet121": Application("densenet", 96, 100, "torch"),
    "Xception": Application("xception", 96, 100, "tf"),
    "VGG16": Application("vgg16", 64, 10, "caffe"),
}


def pictures(name: str, split: int, count: int) -> np.ndarray:
    """Drawn shapes of the network's size, uint8 [count, side, side, 3], the same each time; each split has its own."""
    side = APPLICATIONS[name].side
    drawn = []
    for number in range(count):
        rng = np.random.default_rng([SEED, split, number])
        drawn.append(np.asarray(draw(rng, SHAPES[number % len(SHAPES)], (side, side)).convert("RGB")))
    return np.stack(drawn)


def logits(name: str, model: keras.Model, pixels: np.ndarray) -> np.ndarray:
    """What Keras answers, float32 [n, classes], with its own preprocess_input before it."""
    return np.asarray(model(preprocessed(name, pixels), training=False))


def preprocessed(name: str, pixels: np.ndarray) -> np.ndarray:
    """uint8 -> float32, as the network was meant to be trained."""
    return np.float32(getattr(applications, APPLICATIONS[name].module).preprocess_input(np.float32(pixels)))


def untrained(name: str) -> keras.Model:
    """pixels float32 [n, side, side, 3], as the module preprocesses them -> logits float32 [n, classes]."""
    _, side, classes, _ = APPLICATIONS[name]
    keras.utils.set_random_seed(SEED)
    build = getattr(applications, name)
    model = build(weights=None, input_shape=(side, side, 3), classes=classes, classifier_activation=None)
    pixels = pictures(name, 1, CALIBRATION)
    sample = preprocessed(name, pixels)
    perturb(model, sample)
    calibrate(model, sample)
    level(model, logits(name, model, pixels))
    return model


def perturb(model: keras.Model, sample: np.ndarray) -> None:
    """Gives every scale, offset and bias a value of its own, and a normalisation of the input the sample's statistics."""
    rng = np.random.default_rng(SEED)
    for layer in model.layers:
        if isinstance(layer, layers.Normalization):
            layer.adapt(sample / 255)
        elif isinstance(layer, layers.BatchNormalization):
            if layer.scale:
                layer.gamma.assign(rng.uniform(0.7, 1.3, layer.gamma.shape))
            layer.beta.assign(rng.normal(0, 0.2, layer.beta.shape))
        elif getattr(layer, "bias", None) is not None:
            layer.bias.assign(rng.normal(0, 0.1, layer.bias.shape))


def calibrate(model: keras.Model, sample: np.ndarray) -> None:
    """Sets the moving statistics of every batch norm to those of the sample, in one pass and with nothing dropped out."""
    held = {layers.BatchNormalization: "momentum", layers.Dropout: "rate"}
    before = []
    for layer in model.layers:
        for kind, setting in held.items():
            if isinstance(layer, kind):
                before.append((layer, setting, getattr(layer, setting)))
                setattr(layer, setting, 0.0)
    model(sample, training=True)
    for layer, setting, value in before:
        setattr(layer, setting, value)


def level(model: keras.Model, answered: np.ndarray) -> None:
    """Centres the logits on a random offset for each class, and spreads them around it by about 1 from picture to picture."""
    last = [layer for layer in model.layers if getattr(layer, "kernel", None) is not None][-1]
    kernel, bias = last.get_weights()
    centre, spread = answered.mean(axis=0), answered.std(axis=0).mean()
    offset = np.random.default_rng(SEED).normal(0, 0.5, centre.shape)
    last.set_weights([kernel / spread, (bias - centre) / spread + offset])
