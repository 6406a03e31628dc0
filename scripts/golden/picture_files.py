"""Writes small PNG and JPEG files of every kind, and data sets as their authors distribute them, with their pixels.

    python3 scripts/golden/picture_files.py > Tests/ImagesTests/Golden/picture_files.json

Needs numpy, scipy and Pillow. PNG files are assembled here, Adam7 among them, and checked against Pillow where that reads
them exactly; their expected pixels follow from the rules of docs/data-sets: sixteen bits are rounded to eight, transparency is
laid on black. JPEG files are Pillow's, and so are the pixels that are expected of them.
"""

import base64
import gzip
import io
import json
import pickle
import struct
import sys
import zlib

import numpy as np
import scipy.io
from PIL import Image

ADAM7 = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def text(data):
    return base64.b64encode(bytes(data)).decode()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed(samples, depth):
    """Rows of samples with filter byte 0."""
    out = b""
    for row in samples.reshape(samples.shape[0], -1):
        if depth == 16:
            data = row.astype(">u2").tobytes()
        elif depth == 8:
            data = row.astype("u1").tobytes()
        else:
            bits = "".join(format(int(v), f"0{depth}b") for v in row)
            bits += "0" * (-len(bits) % 8)
            data = bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))
        out += b"\0" + data
    return out


def png(samples, kind, depth, interlaced=False, palette=None, transparent=None):
    height, width = samples.shape[:2]
    if interlaced:
        passes = [samples[y::dy, x::dx] for y, x, dy, dx in ADAM7]
        rows = b"".join(packed(p, depth) for p in passes if p.size)
    else:
        rows = packed(samples, depth)
    out = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, int(interlaced)))
    if palette is not None:
        out += chunk(b"PLTE", palette.astype("u1").tobytes())
    if transparent is not None:
        out += chunk(b"tRNS", transparent)
    return out + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def eight(values, depth):
    if depth == 16:
        return (values.astype(np.int64) * 255 * 2 + 65535) // (2 * 65535)
    return values.astype(np.int64) * 255 // ((1 << depth) - 1)


def on_black(rgb, alpha):
    return (rgb * alpha[..., None] + 127) // 255


def png_cases():
    height, width = 9, 11
    for interlaced in [False, True]:
        for kind, depth in [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 2), (3, 4), (3, 8), (4, 8), (4, 16), (6, 8), (6, 16)]:
            random = np.random.default_rng(kind * 100 + depth)
            samples = random.integers(0, 1 << depth, (height, width, CHANNELS[kind]))
            palette = random.integers(0, 256, (1 << depth if kind == 3 else 1, 3))
            for transparency in [False, True] if kind in (0, 2, 3) else [False]:
                if interlaced and depth in (2, 4):
                    continue
                alpha = np.full((height, width), 255)
                transparent = None
                if kind == 3:
                    rgb = palette[samples[..., 0]]
                    if transparency:
                        values = random.integers(0, 256, max(1, len(palette) // 2))
                        transparent = values.astype("u1").tobytes()
                        alpha = np.r_[values, np.full(256, 255)][samples[..., 0]]
                else:
                    colours = samples[..., : 1 if kind in (0, 4) else 3]
                    rgb = np.broadcast_to(eight(colours, depth), (height, width, 3))
                    if transparency:
                        key = colours[0, 0]
                        transparent = key.astype(">u2").tobytes()
                        alpha = np.where((colours == key).all(-1), 0, 255)
                    if kind in (4, 6):
                        alpha = eight(samples[..., -1], depth)
                data = png(samples, kind, depth, interlaced, palette if kind == 3 else None, transparent)
                pixels = on_black(rgb, alpha)
                # Pillow compares a transparent grey of fewer bits with the widened one and misses it.
                if depth <= 8 and not (transparency and kind == 0 and depth < 8):
                    pillow = np.asarray(Image.open(io.BytesIO(data)).convert("RGBA")).astype(np.int64)
                    assert (on_black(pillow[..., :3], pillow[..., 3]) == pixels).all(), (kind, depth, interlaced, transparency)
                name = f"type {kind}, {depth} bits" + ", interlaced" * interlaced + ", transparent" * transparency
                yield {"name": name, "file": text(data), "height": height, "width": width, "pixels": text(pixels.astype("u1").tobytes())}


def wave(height, width, channels):
    y, x, k = np.mgrid[:height, :width, :channels]
    return np.clip(128 + 90 * np.sin(y / 5 + k) + 50 * np.cos(x / 3 - k) + (x * y + 7 * k) % 9, 0, 255).astype("u1")


def jpeg(picture, mode, **options):
    file = io.BytesIO()
    Image.fromarray(picture if picture.shape[-1] > 1 else picture[..., 0], mode=mode).save(file, "JPEG", **options)
    return file.getvalue()


def jpeg_cases():
    colour, grey, ink = wave(19, 21, 3), wave(19, 21, 1), wave(19, 21, 4)
    made = {
        "grey": jpeg(grey, "L", quality=80),
        "grey, progressive": jpeg(grey, "L", quality=80, progressive=True),
        "progressive": jpeg(colour, "RGB", quality=80, progressive=True),
        "progressive, 4:4:4": jpeg(colour, "RGB", quality=95, progressive=True, subsampling=0),
        "4:2:2": jpeg(colour, "RGB", quality=80, subsampling=1),
        "restart markers": jpeg(colour, "RGB", quality=80, restart_marker_rows=1),
        "restart markers by block": jpeg(colour, "RGB", quality=80, restart_marker_blocks=1),
        "stored as RGB": jpeg(colour, "RGB", quality=80, keep_rgb=True),
        "CMYK": jpeg(ink, "CMYK", quality=80),
        "CMYK, progressive": jpeg(ink, "CMYK", quality=80, progressive=True),
    }
    # Adobe's marker ends in how colours were transformed: 0 for CMYK, 2 for YCCK.
    cmyk = made["CMYK"]
    at = cmyk.index(b"Adobe") + 11
    assert cmyk[at] == 0
    made["YCCK"] = cmyk[:at] + b"\2" + cmyk[at + 1 :]
    for name, data in made.items():
        image = Image.open(io.BytesIO(data))
        pixels = np.asarray(image.convert("RGB"))
        yield {"name": name, "file": text(data), "height": pixels.shape[0], "width": pixels.shape[1], "pixels": text(pixels.tobytes())}


def formula(count):
    """[count, 32, 32, 3]: what the test computes again."""
    n, y, x, k = np.mgrid[:count, :32, :32, :3]
    return ((17 * n + 3 * y + 5 * x + 80 * k + (x * y) // 16) % 256).astype("u1")


def python2_cifar(labels, key, other):
    """A batch as Python 2 with NumPy 1 pickled it in protocol 2, the form that is distributed."""
    data = formula(len(labels)).transpose(0, 3, 1, 2).reshape(len(labels), 3072).tobytes()

    def string(value):
        return b"U" + bytes([len(value)]) + value.encode()

    def numbers(values):
        return b"](" + b"".join(b"K" + bytes([v]) for v in values) + b"e"

    out = b"\x80\x02}q\x01(" + string("batch_label") + string("testing batch 1 of 1") + string(key) + numbers(labels)
    out += other + string("data") + b"cnumpy.core.multiarray\n_reconstruct\nq\x07cnumpy\nndarray\nq\x08K\0\x85" + string("b") + b"\x87R(K\x01K"
    out += bytes([len(labels)]) + b"M\x00\x0c\x86cnumpy\ndtype\n" + string("u1") + b"K\0K\x01\x87R(K\x03" + string("|")
    out += b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89T" + struct.pack("<i", len(data)) + data + b"tb"
    out += string("filenames") + b"](" + b"".join(string(f"thing_s_{i:06}.png") for i in range(len(labels))) + b"eu."
    return out


def set_cases():
    labels = [6, 0, 9]
    yield {"name": "cifar10 batch", "file": text(python2_cifar(labels, "labels", b""))}
    yield {"name": "cifar100 batch", "file": text(python2_cifar(labels, "fine_labels", b"U\x0dcoarse_labels](K\x01K\x02K\x03e"))}
    new = {b"data": formula(3).transpose(0, 3, 1, 2).reshape(3, 3072), b"labels": labels, b"filenames": [f"thing_s_{i:06}.png".encode() for i in range(3)]}
    yield {"name": "cifar10 batch, protocol 4", "file": text(pickle.dumps(new, 4))}
    yield {"name": "cifar10 meta", "file": text(pickle.dumps({"label_names": [f"kind{i}" for i in range(10)]}, 0))}
    yield {"name": "cifar100 meta", "file": text(pickle.dumps({b"fine_label_names": [b"fine%d" % i for i in range(100)]}, 2))}
    digits = np.array([[1], [10], [9]], "u1")
    for compressed in [False, True]:
        file = io.BytesIO()
        scipy.io.savemat(file, {"X": formula(3).transpose(1, 2, 3, 0), "y": digits}, do_compression=compressed)
        yield {"name": "svhn, compressed" if compressed else "svhn", "file": text(file.getvalue())}
    images = formula(4)[:, :5, :4]
    for name, layout in [("interleaved", images), ("planar", images.transpose(0, 3, 1, 2)), ("grey", images[..., 0])]:
        file = io.BytesIO()
        np.savez_compressed(file, images=layout, labels=np.array([2, 0, 1, 2]))
        yield {"name": f"npz, {name}", "file": text(file.getvalue())}
    file = io.BytesIO()
    np.savez(file, x_train=np.asfortranarray(images), y_train=np.array([[2], [0], [1], [2]], "u1"), x_test=images[:1, ..., 0], y_test=np.array([1], "f8"))
    yield {"name": "npz, two splits", "file": text(file.getvalue())}
    grey = images[..., 0]
    pictures = struct.pack(">BBBB3I", 0, 0, 8, 3, *grey.shape) + grey.tobytes()
    yield {"name": "idx images", "file": text(pictures)}
    yield {"name": "idx images, gzip", "file": text(gzip.compress(pictures, mtime=0))}
    turned = struct.pack(">BBBB3I", 0, 0, 8, 3, 4, 4, 5) + grey.transpose(0, 2, 1).tobytes()
    yield {"name": "idx images, transposed", "file": text(turned)}
    yield {"name": "idx labels", "file": text(struct.pack(">BBBBI", 0, 0, 8, 1, 4) + bytes([2, 0, 1, 2]))}
    yield {"name": "idx labels from 1", "file": text(struct.pack(">BBBBI", 0, 0, 8, 1, 4) + bytes([3, 1, 2, 3]))}


def main():
    cases = [{"name": name, "files": list(made)} for name, made in [("png", png_cases()), ("jpeg", jpeg_cases()), ("sets", set_cases())]]
    json.dump({"cases": cases}, sys.stdout)
    sys.stdout.write("\n")


main()
