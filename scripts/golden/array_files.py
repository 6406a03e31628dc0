"""Writes small array files and pickles by NumPy, SciPy and Python itself, with the values that are in them.

    python3 scripts/golden/array_files.py > Tests/ArchivesTests/Golden/array_files.json

Needs numpy and scipy. What these cannot write any more is assembled from the formats' descriptions: pickles of Python 2
with NumPy 1 inside (as CIFAR's authors distribute them), MATLAB files of the other byte order, small zip64 archives.
"""

import base64
import collections
import io
import json
import pickle
import struct
import sys
import zipfile
import zlib

import numpy as np
import scipy.io

TYPES = ["b1", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8"]


def text(data):
    return base64.b64encode(bytes(data)).decode()


def numbers(kind, shape, seed=0):
    """Values that every type holds exactly, negative where the type allows it."""
    count = int(np.prod(shape))
    values = np.arange(count) * 7 % 23 + seed
    if kind[0] in "if":
        values = values - 11
    if kind[0] == "f":
        values = values / 4
    if kind == "b1":
        values = values % 2
    return values.reshape(shape).astype(kind)


def expected(array):
    return {"shape": list(array.shape), "values": np.asarray(array, np.float64).ravel().tolist()}


def npy(array, version=None):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, version)
    return file.getvalue()


def npy_cases():
    for kind in TYPES:
        for order in "<>" if kind[1] != "1" else "|":
            array = numbers(kind, (2, 3)).astype(order + kind)
            yield {"name": f"{order}{kind}", "file": text(npy(array)), **expected(array)}
    for name, array in {
        "fortran": np.asfortranarray(numbers("i2", (2, 3, 4))),
        "fortran column": np.asfortranarray(numbers("f4", (5, 1))),
        "scalar": np.array(7, "<i4"),
        "vector": numbers("f8", (5,)),
        "empty": np.zeros((0, 3), "<f4"),
    }.items():
        yield {"name": name, "file": text(npy(array)), **expected(array)}
    for version in [(1, 0), (2, 0), (3, 0)]:
        array = numbers("u2", (3, 2))
        yield {"name": f"version {version[0]}", "file": text(npy(array, version)), **expected(array)}


def npz_cases():
    arrays = {"images": numbers("u1", (2, 3, 4)), "labels": numbers("i8", (5,)), "x": np.asfortranarray(numbers("f4", (2, 3)))}
    for name, save in [("stored", np.savez), ("deflated", np.savez_compressed)]:
        file = io.BytesIO()
        save(file, **arrays)
        yield {"name": name, "file": text(file.getvalue()), "arrays": {k: expected(v) for k, v in arrays.items()}}
    yield {
        "name": "zip64",
        "file": text(zip64({f"{k}.npy": npy(v) for k, v in arrays.items()})),
        "arrays": {k: expected(v) for k, v in arrays.items()},
    }


def zip64(files):
    """A zip archive whose every size and offset is in zip64 fields, as in one beyond 4 GiB."""
    out, directory = b"", b""
    for name, data in files.items():
        raw = name.encode()
        ones = 0xFFFFFFFF
        extra = struct.pack("<HHQQ", 1, 16, len(data), len(data))
        central = struct.pack("<HHQQQ", 1, 24, len(data), len(data), len(out))
        directory += struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 45 | 3 << 8, 45, 0, 0, 0, 33, zlib.crc32(data), ones, ones,
                                 len(raw), len(central), 0, 0, 0, 0o100644 << 16, ones) + raw + central
        out += struct.pack("<IHHHHHIIIHH", 0x04034B50, 45, 0, 0, 0, 33, zlib.crc32(data), ones, ones, len(raw), len(extra))
        out += raw + extra + data
    end = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, len(files), len(files), len(directory), len(out))
    locator = struct.pack("<IIQI", 0x07064B50, 0, len(out) + len(directory), 1)
    archive = out + directory + end + locator + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 0xFFFF, 0xFFFF, ones, ones, 0)
    zipfile.ZipFile(io.BytesIO(archive)).testzip()
    return archive


def mat_cases():
    arrays = {
        "X": numbers("u1", (4, 4, 3, 2)),
        "y": numbers("u1", (2, 1)),
        "one": np.array([[3]], "u1"),
        "wide": numbers("f8", (2, 3)),
        "single": numbers("f4", (3, 2)),
        "short": numbers("i2", (2, 2)),
        "long": numbers("i8", (1, 3)),
        "unsigned": numbers("u4", (1, 3)),
    }
    for compressed in [False, True]:
        file = io.BytesIO()
        scipy.io.savemat(file, {**arrays, "note": "text", "z": np.array([[1 + 2j]])}, do_compression=compressed)
        yield {"name": "compressed" if compressed else "plain", "file": text(file.getvalue()),
               "arrays": {k: expected(v) for k, v in arrays.items()}}
    for order in "<>":
        data = mat_by_hand(order)
        loaded = scipy.io.loadmat(io.BytesIO(data))
        assert loaded["whole"].tolist() == [[1, 3], [2, 4]] and loaded["y"].tolist() == [[7]]
        yield {"name": f"by hand {order}", "file": text(data),
               "arrays": {"whole": expected(loaded["whole"]), "y": expected(loaded["y"])}}


def mat_by_hand(order):
    """Doubles that are stored as bytes, as MATLAB does with small whole numbers, in either byte order."""

    def element(kind, data):
        if len(data) <= 4:
            first = len(data) << 16 | kind
            return struct.pack(order + "I", first) + data + b"\0" * (4 - len(data))
        return struct.pack(order + "II", kind, len(data)) + data + b"\0" * (-len(data) % 8)

    def matrix(name, shape, code, stored, kind):
        body = element(6, struct.pack(order + "II", code, 0)) + element(5, struct.pack(order + f"{len(shape)}i", *shape))
        return element(14, body + element(1, name.encode()) + element(kind, stored))

    mark = b"IM" if order == "<" else b"MI"
    header = b"MATLAB 5.0 MAT-file".ljust(116) + b"\0" * 8 + struct.pack(order + "H", 0x100) + mark
    return header + matrix("whole", (2, 2), 6, bytes([1, 2, 3, 4]), 2) + matrix("y", (1, 1), 12, struct.pack(order + "i", 7), 5)


def idx_cases():
    codes = {"u1": 8, "i1": 9, "i2": 11, "i4": 12, "f4": 13, "f8": 14}
    for kind, code in codes.items():
        array = numbers(kind, (2, 3, 2))
        data = struct.pack(">BBBB3I", 0, 0, code, 3, *array.shape) + array.astype(">" + kind).tobytes()
        yield {"name": kind, "file": text(data), **expected(array)}


def python2_array(array, order="|", start=7):
    """The instructions by which Python 2 pickled an array of NumPy 1 in protocol 2."""
    data = array.tobytes()
    shape = b"".join(b"M" + struct.pack("<H", extent) for extent in array.shape)
    out = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85U\x01b\x87R(K\x01("
    out += shape + b"tcnumpy\ndtype\nU\x02" + array.dtype.str[1:].encode() + b"K\0K\x01\x87R(K\x03U\x01" + order.encode()
    out += b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89T" + struct.pack("<i", len(data)) + data + b"tb"
    return out


def structure():
    ordered = collections.OrderedDict([("weight", [1, 2]), ("bias", (3,))])
    return {
        "none": None, "yes": True, "no": False, "small": 7, "short": 300, "negative": -5, "long": 1 << 40,
        "lowest": -(1 << 63), "float": 0.1, "text": "grün \\ 𝄞\n", "empty": "", "bytes": b"\x00\xff'\n\\", "no bytes": b"",
        "list": [1, [2, []], ()], "tuple": (1, 2, 3, 4), "pair": (1, 2), "set": {5}, "frozen": frozenset([6]),
        "array": bytearray(b"abc"), "ordered": ordered, "shared": [ordered, ordered], "many": list(range(1100)),
        "u1": numbers("u1", (2, 3)), "f4": np.asfortranarray(numbers("f4", (2, 3))), ">i2": numbers("i2", (3,)).astype(">i2"),
        "long text": "a" * 300, "long bytes": b"b" * 300,
    }


def pickle_cases():
    value = structure()
    for protocol in range(6):
        yield {"name": f"protocol {protocol}", "file": text(pickle.dumps(value, protocol))}
    array = numbers("u1", (2, 5))
    batch = b"\x80\x02}q\x01(U\x0bbatch_labelq\x02U\x15training batch 1 of 5q\x03U\x06labelsq\x04]q\x05(K\x06K\x09eU\x04dataq\x06"
    batch += python2_array(array) + b"U\x09filenamesq\x10]q\x11(U\x05a.pngq\x12U\x05b.pngq\x13eu."
    yield {"name": "python 2", "file": text(batch), **expected(array)}
    old = b"(dp1\nS'it\\'s\\x00\\n\\101'\np2\nI01\nsS\"b\"\nL5L\nsVf\\u00fcr\nF1.5\ns."
    assert pickle.loads(old, encoding="latin1") == {"it's\0\nA": True, "b": 5, "f\xfcr": 1.5}
    yield {"name": "python 2 text", "file": text(old)}

    class Storage(pickle.Pickler):
        def persistent_id(self, item):
            return ("storage", "0", 12) if isinstance(item, complex) else None

    for protocol in [0, 2]:
        file = io.BytesIO()
        pickler = pickle.Pickler(file, protocol) if protocol == 0 else Storage(file, protocol)
        pickler.dump([1j, Thing(3), Thing.Inner])
        yield {"name": f"objects {protocol}", "file": text(file.getvalue())}
    file = io.BytesIO()
    Storage(file, 4).dump([1j, Thing(3), Thing.Inner])
    yield {"name": "objects 4", "file": text(file.getvalue())}


class Thing:
    class Inner:
        pass

    def __init__(self, value):
        self.value = value


def main():
    cases = []
    for group, made in [("npy", npy_cases()), ("npz", npz_cases()), ("mat", mat_cases()), ("idx", idx_cases()), ("pickle", pickle_cases())]:
        cases.append({"name": group, "files": list(made)})
    json.dump({"cases": cases}, sys.stdout)
    sys.stdout.write("\n")


main()
