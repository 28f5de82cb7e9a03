"""The cases of wasm_ops.py with a dimension of their inputs at 0: what an op makes of no rows, no columns, no channels."""

import numpy as np


def emptied(cases: list[tuple]) -> list[tuple]:
    """Each axis of the inputs, from the end too, at which they have the same size, for up to two cases of a kind."""
    seen: dict[tuple, int] = {}
    empty = []
    for name, function, inputs in cases:
        inputs = [np.asarray(value) for value in inputs]
        kind = (name, function.__code__.co_code, str(function.__defaults__)[:40], tuple(value.ndim for value in inputs))
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] > 2:
            continue
        for axis in range(max(value.ndim for value in inputs)):
            for from_end in (False, True) if len(inputs) > 1 else (False,):
                cut = [without(value, axis - inputs[0].ndim if from_end else axis, inputs[0]) for value in inputs]
                label = f"{name or operation(function)} of {', '.join(str(list(value.shape)) for value in cut)}"
                if all(label != other for other, _, _ in empty):
                    empty.append((label, function, cut))
    return empty


def operation(function) -> str:
    """The name of the op that a case without a name calls."""
    names = [name for name in function.__code__.co_names if name not in ("raw", "tf", "nn", "getattr")]
    given = [value for value in function.__defaults__ or () if isinstance(value, str)]
    return next(iter((*names, *given)), function.__name__)


def without(value: np.ndarray, axis: int, first: np.ndarray) -> np.ndarray:
    """Without what is along the axis, where `first` is as long there."""
    if not -value.ndim <= axis < value.ndim or not -first.ndim <= axis < first.ndim or value.shape[axis] != first.shape[axis]:
        return value
    return np.take(value, [], axis=axis)
