"""Writes small PyTorch checkpoints by PyTorch itself, with the values that are in them.

    python3 scripts/golden/torch_files.py > Tests/ArchivesTests/Golden/torch_files.json
    python3 scripts/golden/torch_files.py seeds > Tests/ImagesTests/Golden/torch_seeds.json

Needs torch. Each file comes as base64 with its tensors by name: kind, shape and values. What PyTorch does not write any
more, or never should, is assembled by hand: other byte orders, pickles that call something, views that leave their storage.
"""

import argparse
import base64
import collections
import io
import json
import os
import pickle
import sys
import zipfile

import torch

KINDS = {
    torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
    torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL",
}


def saved(value, legacy=False):
    stream = io.BytesIO()
    torch.save(value, stream, _use_new_zipfile_serialization=not legacy)
    return stream.getvalue()


def described(tensors):
    return [
        {"name": name, "type": KINDS[t.dtype], "shape": list(t.shape), "values": [v if abs(v) < float("inf") else "inf" for v in t.detach().double().flatten().tolist()]}
        for name, t in tensors.items()
    ]


def case(name, data, tensors=None, **more):
    entry = {"name": name, "file": base64.b64encode(data).decode()}
    if tensors is not None:
        entry["tensors"] = described(tensors)
    return entry | more


def every_kind():
    tensors = collections.OrderedDict()
    for kind, label in KINDS.items():
        values = torch.arange(6).reshape(2, 3)
        tensors[f"kind.{label}"] = (values % 2 == 0) if kind == torch.bool else (values * 3 - (0 if label == "U8" else 4)).to(kind)
    tensors["fraction"] = torch.tensor([0.1, -1e-3, 3e38, float("inf")])
    tensors["bfloat"] = torch.tensor([0.1, -7.5, 1e38]).bfloat16()
    tensors["half"] = torch.tensor([0.1, -7.5, 6e-8]).half()
    tensors["single"] = torch.tensor(7)
    tensors["empty"] = torch.zeros(0, 3)
    return tensors


def views():
    base = torch.arange(24.0)
    return collections.OrderedDict(
        whole=base.reshape(2, 3, 4), transposed=base.reshape(4, 6).t(), part=base.reshape(2, 3, 4)[1, 1:, ::2],
        permuted=base.reshape(2, 3, 4).permute(2, 0, 1), expanded=base[5:7].reshape(2, 1).expand(2, 3),
        channels_last=torch.arange(36.0).reshape(1, 4, 3, 3).to(memory_format=torch.channels_last),
        parameter=torch.nn.Parameter(base[3:5]),
    )


class Small(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(1, 2, 3, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(2)
        self.fc = torch.nn.Linear(2, 3)


def rewritten(data, change):
    """A zip archive with its members changed by a function of name and content; None leaves one out."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(stream, "w") as target:
        for name in source.namelist():
            content = change(name, source.read(name))
            if content is not None:
                target.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


def big_endian(data):
    """The archive of float32 tensors as a computer of the other byte order writes it."""
    def change(name, content):
        if name.endswith("/byteorder"):
            return b"big"
        if "/data/" in name:
            return b"".join(content[i : i + 4][::-1] for i in range(0, len(content), 4))
        return content
    return rewritten(data, change)


class Storage:
    """Stands for a storage in hand-made pickles."""

    def __init__(self, kind="FloatStorage", key="0", count=4):
        self.kind, self.key, self.count = kind, key, count


class Call:
    """Pickles as the call of something by its name."""

    def __init__(self, module, name, *arguments):
        self.module, self.name, self.arguments = module, name, arguments


class Maker(pickle._Pickler):
    """Writes pickles that name anything, whether it exists here or not."""

    def persistent_id(self, value):
        if isinstance(value, Storage):
            return ("storage", Call("torch", value.kind), value.key, "cpu", value.count)
        return None

    def save(self, value, save_persistent_id=True):
        if isinstance(value, Call):
            self.write(b"c" + f"{value.module}\n{value.name}\n".encode())
            if value.arguments:
                self.save(value.arguments if value.arguments != ((),) else ())
                self.write(b"R")
            return
        super().save(value, save_persistent_id)


def made(value, storages={"0": bytes(16)}, folder="archive/"):
    stream = io.BytesIO()
    Maker(stream, protocol=2).dump(value)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr(zipfile.ZipInfo(folder + "data.pkl"), stream.getvalue())
        for key, content in storages.items():
            target.writestr(zipfile.ZipInfo(f"{folder}data/{key}"), content)
    return archive.getvalue()


def tensor(storage=None, offset=0, shape=(2, 2), strides=(2, 1)):
    return Call("torch._utils", "_rebuild_tensor_v2", storage or Storage(), offset, shape, strides, False, {})


def valid():
    model = Small()
    state = model.state_dict()
    checkpoint = {
        "epoch": 7, "arch": "resnet18", "best_acc": torch.tensor(93.5), "args": argparse.Namespace(lr=0.1, name="a"),
        "state_dict": collections.OrderedDict((f"module.{k}", v) for k, v in state.items()),
        "optimizer": torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9).state_dict(),
    }
    inner = checkpoint["state_dict"]
    yield case("every kind", saved(every_kind()), every_kind())
    yield case("every kind, legacy", saved(every_kind(), legacy=True), every_kind())
    yield case("views", saved(views()), views())
    yield case("views, legacy", saved(views(), legacy=True), views())
    yield case("state dict", saved(state), state)
    yield case("checkpoint", saved(checkpoint), inner, nesting=["state_dict"], extras=["epoch", "arch", "best_acc", "args", "optimizer"])
    yield case("checkpoint, legacy", saved(checkpoint, legacy=True), inner, nesting=["state_dict"], extras=["epoch", "arch", "best_acc", "args", "optimizer"])
    for key in ["model", "net", "model_state_dict", "state_dict_ema"]:
        yield case(f"below {key}", saved({"lr": 0.1, key: state}), state, nesting=[key], extras=["lr"])
    yield case("below two keys", saved({"model": {"state_dict": state, "epoch": 1}}), state, nesting=["model", "state_dict"], extras=["epoch"])
    yield case("module", made_module(model), state)
    simple = {"a": torch.arange(6.0).reshape(2, 3), "b": torch.tensor([-1.5])}
    yield case("big-endian", big_endian(saved(simple)), simple)
    yield case("deflated", deflated(saved(simple)), simple)
    yield case("hand-made", made({"a": tensor()}), {"a": torch.zeros(2, 2)})


def made_module(model):
    # The class must be known to no one but the pickle.
    return saved(model)


def deflated(data):
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name), source.read(name), zipfile.ZIP_DEFLATED)
    return stream.getvalue()


class Harm:
    def __reduce__(self):
        return (os.system, ("touch /tmp/limen-was-here",))


def damaged():
    whole = saved({"a": torch.arange(6.0)})
    bad = "damaged PyTorch file: "
    yield case("system", saved({"state_dict": {"a": torch.zeros(1)}, "x": Harm()}), error="is refused: loading it in Python would call posix.system, which no file of weights needs (nothing was run)")
    yield case("system, legacy", saved({"a": torch.zeros(1), "x": Harm()}, legacy=True), error="is refused: loading it in Python would call posix.system, which no file of weights needs (nothing was run)")
    yield case("eval", made({"a": tensor(), "x": Call("builtins", "eval", "1")}), error="is refused: loading it in Python would call builtins.eval, which no file of weights needs (nothing was run)")
    yield case("no state dict", saved({"epoch": 1, "loss": [1.0]}), error="holds no state dict, but a dictionary of epoch, loss")
    yield case("a list", saved([torch.zeros(1)]), error="holds no state dict, but a list")
    yield case("beyond its storage", made({"a": tensor(offset=1)}), error=bad + 'tensor "a" reaches number 4 of storage 0, which holds 4')
    yield case("negative stride", made({"a": tensor(strides=(2, -1))}), error=bad + 'tensor "a" has shape [2, 2], strides [2, -1] and offset 0, which is impossible')
    yield case("negative offset", made({"a": tensor(offset=-1)}), error=bad + 'tensor "a" has shape [2, 2], strides [2, 1] and offset -1, which is impossible')
    yield case("overflow", made({"a": tensor(shape=(1 << 40, 1 << 40), strides=(0, 0))}), error=bad + 'tensor "a" has shape [1099511627776, 1099511627776], which no memory can hold')
    yield case("overflowing stride", made({"a": tensor(shape=(3, 1), strides=(1 << 62, 1))}), error=bad + 'tensor "a" has shape [3, 1], which no memory can hold')
    yield case("expanded too far", made({"a": tensor(shape=(1 << 30, 1), strides=(0, 0))}), error=bad + 'tensor "a" makes 1073741824 numbers out of a storage of 4')
    yield case("short storage", made({"a": tensor()}, {"0": bytes(15)}), error=bad + 'tensor "a" needs a storage 0 of 4 numbers of 4 bytes, but it has 15 bytes')
    yield case("no storage", made({"a": tensor(Storage(key="9"))}), error=bad + "storage 9 is not in it")
    yield case("unknown storage", made({"a": tensor(Storage("ComplexFloatStorage"))}), error="holds a storage of the kind ComplexFloatStorage, which is not read")
    yield case("sparse", saved({"a": torch.eye(2).to_sparse()}), error='tensor "a" is made by torch._utils._rebuild_sparse_tensor; only dense tensors are read')
    yield case("no pickle", rewritten(whole, lambda name, content: None if name.endswith("data.pkl") else content), error="is a zip archive, but no file of PyTorch's: it holds no data.pkl")
    yield case("byte order", rewritten(whole, lambda name, content: b"middle" if name.endswith("byteorder") else content), error=bad + 'its byte order is "middle"')
    legacy = saved({"a": torch.arange(6.0)}, legacy=True)
    yield case("cut, legacy", legacy[:-1], error=bad + "storage * of 6 numbers does not lie inside it")
    yield case("other pickle", pickle.dumps({"a": 1}), error="is a pickle, but no file of PyTorch's; torch.save writes those")


def seeds():
    """Small valid files of both formats, which the mutation tests damage."""
    tensors = {"a.weight": torch.arange(6.0).reshape(2, 3).t(), "b": torch.tensor([1, 2]), "c": torch.ones(2).bfloat16()}
    values = [tensors, {"epoch": 1, "args": argparse.Namespace(lr=0.1), "state_dict": collections.OrderedDict(tensors)}]
    yield "torch", [case("zip", saved(value)) for value in values]
    yield "torchLegacy", [case("legacy", saved(value, legacy=True)) for value in values]


def main():
    if sys.argv[1:] == ["seeds"]:
        json.dump({"cases": [{"name": name, "files": files} for name, files in seeds()]}, sys.stdout, separators=(",", ":"))
        print()
        return
    cases = {"valid": list(valid()), "damaged": list(damaged())}
    json.dump(
        {"torch": torch.__version__, "cases": [{"name": name, "files": files} for name, files in cases.items()]},
        sys.stdout, separators=(",", ":"))
    print()


if __name__ == "__main__":
    main()
