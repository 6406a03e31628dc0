"""Writes what Pillow makes of pictures: resizing, and the operations of TrivialAugment, AugMix and colour jitter.

    python3 scripts/golden/picture_operations.py > Tests/ImagesTests/Golden/picture_operations.json

Needs numpy and Pillow. The pictures come from a formula that the tests compute too. Small results are stored byte for
byte in base64, large ones as their SHA-256, those of all strengths of an operation one after the other. Shears go the
way of torchvision, through an angle in degrees. Strengths are written as text, because not every reader of JSON keeps
a number's last bit; AugMix's strengths are those of its authors.
"""

import base64
import hashlib
import json
import math
import sys

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

SMALL = [(11, 8), (5, 7), (1, 4), (2, 2)]
LARGE = [(32, 32), (45, 31)]
FILTERS = {"nearest": Image.NEAREST, "bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC}


def picture(height, width):
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    noisy = (31 * y * y + 17 * x + 101 * c + 13 * x * y) % 256
    # Three quarters of the range, so that there is something to stretch and to clip.
    return Image.fromarray((20 + noisy * 3 // 4).astype(np.uint8))


def transformed(image, matrix, filter):
    return image.transform(image.size, Image.AFFINE, matrix, FILTERS[filter])


def sheared_rows(image, magnitude, filter):
    angle = math.radians(math.degrees(math.atan(magnitude)))
    return transformed(image, (1, math.tan(angle), 0, 0, 1, 0), filter)


def sheared_columns(image, magnitude, filter):
    angle = math.radians(math.degrees(math.atan(magnitude)))
    return transformed(image, (1, 0, 0, math.sin(angle) / math.cos(angle), 1, 0), filter)


def turned(image, turn):
    hue, saturation, value = image.convert("HSV").split()
    shifted = np.asarray(hue) + np.int32(turn * 255).astype(np.uint8)
    return Image.merge("HSV", (Image.fromarray(shifted), saturation, value)).convert("RGB")


def grey(image):
    return Image.merge("RGB", [image.convert("L")] * 3)


def both_signs(values):
    return [sign * value for value in values for sign in (1, -1)]


SHEARS = both_signs(0.99 * bin / 30 for bin in range(31))
FACTORS = [0, 0.01, 0.34, 1, 1.33, 1.66, 1.99]
PLAIN = {
    "translateX": ([3, -11, 0, 32], lambda image, value: transformed(image, (1, 0, -value, 0, 1, 0), "nearest")),
    "translateY": ([3, -11, 0, 32], lambda image, value: transformed(image, (1, 0, 0, 0, 1, -value), "nearest")),
    "brightness": (FACTORS, lambda image, value: ImageEnhance.Brightness(image).enhance(value)),
    "colour": (FACTORS, lambda image, value: ImageEnhance.Color(image).enhance(value)),
    "contrast": (FACTORS, lambda image, value: ImageEnhance.Contrast(image).enhance(value)),
    "sharpness": (FACTORS, lambda image, value: ImageEnhance.Sharpness(image).enhance(value)),
    "posterize": (list(range(1, 9)), ImageOps.posterize),
    "solarize": ([255 - 255 * bin / 30 for bin in range(31)] + [256], ImageOps.solarize),
    "autoContrast": ([0], lambda image, _: ImageOps.autocontrast(image)),
    "equalize": ([0], lambda image, _: ImageOps.equalize(image)),
    "grey": ([0], lambda image, _: grey(image)),
    "hue": ([0.1, -0.1, 0.5, -0.5, 0.003, 0], turned),
}
INTERPOLATED = {
    "shearX": (SHEARS, sheared_rows),
    "shearY": (SHEARS, sheared_columns),
    "rotate": (
        both_signs(135 * bin / 30 for bin in range(31)) + [180, 270],
        lambda image, value, filter: image.rotate(value, FILTERS[filter])),
}


def authors(kind, level, direction, image):
    """One operation as AugMix's authors parametrise it, with Pillow's own calls."""
    def whole(largest):
        return int(level * largest / 10)

    def share(largest):
        return direction * (level * largest / 10)

    factor = level * 1.8 / 10 + 0.1
    height, width = image.size[1], image.size[0]
    if kind == "rotate":
        return image.rotate(direction * whole(30), Image.BILINEAR)
    if kind == "shearX":
        return transformed(image, (1, share(0.3), 0, 0, 1, 0), "bilinear")
    if kind == "shearY":
        return transformed(image, (1, 0, 0, share(0.3), 1, 0), "bilinear")
    if kind == "translateX":
        return transformed(image, (1, 0, direction * whole(width / 3), 0, 1, 0), "bilinear")
    if kind == "translateY":
        return transformed(image, (1, 0, 0, 0, 1, direction * whole(height / 3)), "bilinear")
    return {
        "autoContrast": lambda: ImageOps.autocontrast(image),
        "equalize": lambda: ImageOps.equalize(image),
        "posterize": lambda: ImageOps.posterize(image, 4 - whole(4)),
        "solarize": lambda: ImageOps.solarize(image, 256 - whole(256)),
        "colour": lambda: ImageEnhance.Color(image).enhance(factor),
        "contrast": lambda: ImageEnhance.Contrast(image).enhance(factor),
        "brightness": lambda: ImageEnhance.Brightness(image).enhance(factor),
        "sharpness": lambda: ImageEnhance.Sharpness(image).enhance(factor),
    }[kind]()


KINDS = ["autoContrast", "equalize", "posterize", "rotate", "solarize", "shearX", "shearY", "translateX", "translateY",
         "colour", "contrast", "brightness", "sharpness"]


def digest(images):
    return hashlib.sha256(b"".join(image.tobytes() for image in images)).hexdigest()


def operation_cases():
    for name, (values, apply) in PLAIN.items():
        yield from cases(name, "nearest", values, apply)
    for name, (values, apply) in INTERPOLATED.items():
        for filter in ("nearest", "bilinear"):
            yield from cases(name, filter, values, lambda image, value: apply(image, value, filter))


def cases(name, filter, values, apply):
    for height, width in SMALL + LARGE:
        results = [apply(picture(height, width), value) for value in values]
        yield {"name": f"{name}-{filter}-{height}x{width}", "operation": name, "filter": filter, "height": height,
               "width": width, "values": [repr(float(value)) for value in values], "sha256": digest(results)}
    # One strength for the eye.
    results = [apply(picture(11, 8), values[min(5, len(values) - 1)])]
    yield {"name": f"{name}-{filter}-bytes", "operation": name, "filter": filter, "height": 11, "width": 8,
           "values": [repr(float(values[min(5, len(values) - 1)]))],
           "base64": base64.b64encode(results[0].tobytes()).decode()}


def resize_cases():
    for (height, width), (top, left, rows, columns) in [
        ((23, 17), (0, 0, 23, 17)), ((23, 17), (3, 2, 15, 9)), ((60, 80), (0, 0, 60, 80)), ((60, 80), (7, 11, 40, 1)),
        ((3, 200), (0, 0, 3, 200))]:
        part = picture(height, width).crop((left, top, left + columns, top + rows))
        for filter in ("bilinear", "bicubic"):
            for to in [(5, 4), (23, 40), (1, 1), (32, 32), (30, 17), (64, 64)]:
                yield {"name": f"resize-{filter}-{height}x{width}-{rows}x{columns}-{to[0]}x{to[1]}", "filter": filter,
                       "height": height, "width": width, "region": [top, left, rows, columns], "to": list(to),
                       "sha256": digest([part.resize((to[1], to[0]), FILTERS[filter])])}
        for to in [(5, 4), (12, 3)]:
            yield {"name": f"resize-bicubic-{height}x{width}-{rows}x{columns}-{to[0]}x{to[1]}-bytes",
                   "filter": "bicubic", "height": height, "width": width, "region": [top, left, rows, columns],
                   "to": list(to),
                   "base64": base64.b64encode(part.resize((to[1], to[0]), Image.BICUBIC).tobytes()).decode()}


def augmix_cases():
    for kind in KINDS:
        levels = [0.1, 0.37, 1.25, 2.9, 3, 7.3, 9.6]
        yield {"name": f"augmix-{kind}", "operation": kind, "levels": levels,
               "sha256": digest([authors(kind, level, direction, picture(32, 32))
                                 for level in levels for direction in (1, -1)])}


def every_colour():
    """All 2²⁴ colours in the order of red, green, blue, turned by a tenth."""
    values = np.arange(256, dtype=np.uint8)
    cube = np.stack(np.meshgrid(values, values, values, indexing="ij"), axis=-1).reshape(4096, 4096, 3)
    return {"name": "every-colour", "turn": 0.1, "sha256": digest([turned(Image.fromarray(cube), 0.1)])}


def main():
    all_cases = [*operation_cases(), *resize_cases(), *augmix_cases(), every_colour()]
    json.dump({"id": "picture_operations", "cases": all_cases}, sys.stdout, indent=None, separators=(",", ":"))
    print()


if __name__ == "__main__":
    main()
