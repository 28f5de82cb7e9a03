"""Writes variables indexes with blocks compressed by snappy, as some builds of TensorFlow do: no released one does any more.

test/fixtures/models/half_plus_two_snappy/1, which is half_plus_two_serving but for its index, and test/fixtures/shapes-snappy.index, which is
that of models/shapes in many blocks, every other compressed. TensorFlow reads both. Run it from anywhere with the packages of
scripts/models/requirements.txt and cramjam==2.14.0, crc32c==2.9.post0, after half_plus_two.py.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import shutil
import tempfile
from pathlib import Path

import cramjam
import numpy as np
import tensorflow as tf
from crc32c import crc32c

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "test" / "fixtures"
FOOTER = 48
TRAILER = 5
MAGIC = bytes.fromhex("57fb808b247547db")


def varint(number: int) -> bytes:
    groups = []
    while number > 127:
        groups.append(number & 127 | 128)
        number >>= 7
    return bytes([*groups, number])


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        number |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if data[at - 1] < 128:
            return number, at


def read_block(table: bytes, handle: bytes) -> list[tuple[bytes, bytes]]:
    offset, at = read_varint(handle, 0)
    size, _ = read_varint(handle, at)
    block = table[offset : offset + size]
    assert table[offset + size] == 0, "It is compressed already."
    end = size - 4 - 4 * int.from_bytes(block[-4:], "little")
    entries, key, at = [], b"", 0
    while at < end:
        shared, at = read_varint(block, at)
        fresh, at = read_varint(block, at)
        length, at = read_varint(block, at)
        key = key[:shared] + block[at : at + fresh]
        entries.append((key, block[at + fresh : at + fresh + length]))
        at += fresh + length
    return entries


def read_table(table: bytes) -> list[tuple[bytes, bytes]]:
    footer = table[-FOOTER:]
    _, at = read_varint(footer, 0)
    _, at = read_varint(footer, at)
    return [entry for _, handle in read_block(table, footer[at:]) for entry in read_block(table, handle)]


def block(entries: list[tuple[bytes, bytes]], compressed: bool) -> bytes:
    body = b"".join(varint(0) + varint(len(key)) + varint(len(value)) + key + value for key, value in entries)
    body += bytes(4) + (1).to_bytes(4, "little")
    if compressed:
        body = bytes(cramjam.snappy.compress_raw(body))
    body += bytes([compressed])
    checksum = crc32c(body)
    masked = ((checksum >> 15 | checksum << 17) + 0xA282EAD8) & 0xFFFFFFFF
    return body + masked.to_bytes(4, "little")


def write_table(entries: list[tuple[bytes, bytes]], per_block: int) -> bytes:
    """Every other block is compressed, the first among them, and the index of several is."""
    table, index = b"", []
    for number, start in enumerate(range(0, len(entries), per_block)):
        part = entries[start : start + per_block]
        written = block(part, number % 2 == 0)
        index.append((part[-1][0], varint(len(table)) + varint(len(written) - TRAILER)))
        table += written
    meta = block([], False)
    handles = varint(len(table)) + varint(len(meta) - TRAILER)
    table += meta
    last = block(index, len(index) > 1)
    handles += varint(len(table)) + varint(len(last) - TRAILER)
    return table + last + handles.ljust(FOOTER - len(MAGIC), b"\0") + MAGIC


def rewrite(source: Path, target: Path, per_block: int) -> None:
    entries = read_table(source.read_bytes())
    target.write_bytes(write_table(entries, per_block))


def variables(folder: Path) -> dict[str, bytes]:
    reader = tf.train.load_checkpoint(str(folder / "variables"))
    return {name: np.asarray(reader.get_tensor(name)).tobytes() for name in reader.get_variable_to_shape_map()}


def check(original: Path, index: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "variables"
        shutil.copytree(original, copy)
        shutil.copy(index, copy / "variables.index")
        names = tf.train.load_checkpoint(str(copy / "variables")).get_variable_to_shape_map()
        assert names and names == tf.train.load_checkpoint(str(original / "variables")).get_variable_to_shape_map()
        assert variables(copy).keys() == variables(original).keys()


def main() -> None:
    serving, snappy = FIXTURES / "models" / "half_plus_two_serving" / "123", FIXTURES / "models" / "half_plus_two_snappy" / "1"
    shutil.rmtree(snappy, ignore_errors=True)
    shutil.copytree(serving, snappy)
    rewrite(serving / "variables/variables.index", snappy / "variables/variables.index", 100)
    check(serving / "variables", snappy / "variables/variables.index")
    shapes = ROOT / "models" / "shapes" / "1" / "variables"
    rewrite(shapes / "variables.index", FIXTURES / "shapes-snappy.index", 5)
    check(shapes, FIXTURES / "shapes-snappy.index")


if __name__ == "__main__":
    main()
