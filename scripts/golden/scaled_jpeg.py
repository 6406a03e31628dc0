"""Writes what Pillow decodes of a JPEG after `draft`, which asks libjpeg for 1/2, 1/4 or 1/8 of the size.

    python3 scripts/golden/scaled_jpeg.py > Tests/ImagesTests/Golden/scaled_jpeg.json

Needs Pillow. The picture is a smooth wave of 93×67 pixels, sides that no power of two divides, with chroma at half
resolution.
"""

import base64
import io
import json
import math

from PIL import Image

HEIGHT, WIDTH = 67, 93


def text(data):
    return base64.b64encode(data).decode()


def value(y, x, channel):
    return round(127.5 + 80 * math.sin(x / 9 + channel) + 47 * math.cos(y / 7 - x / 23 + 2 * channel))


picture = Image.new("RGB", (WIDTH, HEIGHT))
for y in range(HEIGHT):
    for x in range(WIDTH):
        picture.putpixel((x, y), tuple(value(y, x, channel) for channel in range(3)))
file = io.BytesIO()
picture.save(file, "JPEG", quality=85, subsampling="4:2:0")
jpeg = file.getvalue()

cases = [{"name": "jpeg", "bytes": text(jpeg)}]
for needed in [(34, 46), (33, 46), (33, 47), (16, 23), (9, 11), (8, 11), (8, 12), (1, 1)]:
    image = Image.open(io.BytesIO(jpeg))
    image.draft("RGB", (needed[1], needed[0]))
    isFull = image.size == (WIDTH, HEIGHT)
    cases.append({
        "name": f"needs {needed[0]}×{needed[1]}", "needed": needed, "size": [image.height, image.width],
        "pixels": "" if isFull else text(image.tobytes())})

# As `thumbnail` does it: what the decoder rounded up is left out by `box`.
image = Image.open(io.BytesIO(jpeg))
image.draft("RGB", (2 * 11, 2 * 8))
scale = round(WIDTH / image.width)
small = image.resize((11, 8), Image.BILINEAR, box=(0, 0, WIDTH / scale, HEIGHT / scale))
cases.append({"name": "stretched to 8×11", "pixels": text(small.tobytes())})
print(json.dumps({"cases": cases}, indent=1))
