"""Takes out of a wheel what the Node addon needs: `python3 unpack.py WHEEL DIRECTORY`.

Python reads the wheel because Python is there anyway (pip fetched it) and its zipfile checks every file's CRC.
The layout that comes out is the one the libraries' own search paths expect ($ORIGIN/../nvidia, $ORIGIN/../tensorflow.libs):

    lib/              libtensorflow_cc and libtensorflow_framework
    include/          the C API and the few headers it includes
    tensorflow.libs/  what the arm64 wheel brings along (OpenMP)
    nvidia/           CUDA and cuDNN, from NVIDIA's wheels
"""

import os
import re
import shutil
import sys
import zipfile

TAKEN = (
    ("tensorflow/libtensorflow", "lib/libtensorflow"),
    ("tensorflow/include/tensorflow/c/", "include/tensorflow/c/"),
    ("tensorflow/include/tensorflow/core/platform/ctstring", "include/tensorflow/core/platform/ctstring"),
    ("tensorflow/include/tsl/platform/ctstring", "include/tsl/platform/ctstring"),
    ("tensorflow/include/xla/tsl/c/", "include/xla/tsl/c/"),
    ("tensorflow.libs/", "tensorflow.libs/"),
    ("nvidia/", "nvidia/"),
)

# Of NVIDIA's wheels nothing loads these: headers, static archives, the multi-GPU solver, the alternative nvrtc.
LEFT_OUT = re.compile(r"/include/|\.a$|libcusolverMg|\.alt\.so|\.py$")


def destination(name):
    if name.startswith("nvidia/") and LEFT_OUT.search(name):
        return None
    for prefix, target in TAKEN:
        if name.startswith(prefix):
            return target + name[len(prefix):]
    return None


def main(wheel, directory):
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            target = destination(entry.filename)
            if target is None or entry.is_dir() or ".." in entry.filename.split("/"):
                continue
            path = os.path.join(directory, target)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with archive.open(entry) as source, open(path, "wb") as sink:
                shutil.copyfileobj(source, sink, 1 << 20)
            os.chmod(path, 0o755 if entry.external_attr >> 16 & 0o100 else 0o644)


main(sys.argv[1], sys.argv[2])
