#!/usr/bin/env python3
"""Measures torchvision's transforms against Limen's loader on the same pictures; scripts/bench-peers --data calls this.

Each round times every pipeline in three ways, one after the other: torchvision on Pillow images, torchvision's v2 on
tensors, and Limen, all on one thread and up to the normalised batch. Prints medians and ratios as Markdown; a ratio is
Limen's speed divided by that of torchvision's faster way. Then prints what Limen's loader costs a training step.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time

import numpy as np
import torch
from PIL import Image
from torchvision import transforms as v1
from torchvision.transforms import v2

MEAN, DEVIATION = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)


def pictures(count, height, width):
    """The pictures of Limen's benchmark."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    noise = 31 * y * y + 17 * x + 101 * c + 13 * x * y
    return [((noise + 7 * index) % 256).astype(np.uint8) for index in range(count)]


def stages(kit):
    """What each of Limen's pipelines is called in a module of transforms: before and after normalisation."""
    jitter = [kit.RandomApply([kit.ColorJitter(0.4, 0.4, 0.4, 0.1)], p=0.8), kit.RandomGrayscale(p=0.2)]
    base = [kit.RandomCrop(32, padding=4), kit.RandomHorizontalFlip()]
    return {
        "crop, flip": (base, []),
        "crop, flip, trivialAugment, randomErasing": (
            base + [kit.TrivialAugmentWide()], [kit.RandomErasing(p=0.1)]),
        "crop, flip, jitter, grey": (base + jitter, []),
        "crop, flip, augMix": (base + [kit.AugMix(severity=3, all_ops=True)], []),
        "randomResizedCrop 375×500 to 224×224, flip": (
            [kit.RandomResizedCrop(224, antialias=True), kit.RandomHorizontalFlip()], []),
    }


def on_pillow(name):
    before, after = stages(v1)[name]
    return v1.Compose([*before, v1.ToTensor(), v1.Normalize(MEAN, DEVIATION), *after])


def on_tensors(name):
    before, after = stages(v2)[name]
    return v2.Compose([*before, v2.ToDtype(torch.float32, scale=True), v2.Normalize(MEAN, DEVIATION), *after])


def images_per_second(transform, images, batch, seconds):
    """Batches of single pictures, stacked as a loader would."""
    count, start = 0, time.perf_counter()
    while True:
        for first in range(0, len(images), batch):
            chunk = images[first:first + batch]
            torch.stack([transform(image) for image in chunk])
            count += len(chunk)
            elapsed = time.perf_counter() - start
            if elapsed >= seconds:
                return count / elapsed


def limen(options, *arguments):
    """What `limen bench --data` measures."""
    outcome = subprocess.run(
        [options.limen, "bench", "--data", "--json", "--quiet", *arguments], capture_output=True, text=True)
    if outcome.returncode != 0:
        sys.exit(f"limen: {outcome.stderr.strip()}")
    return json.loads(outcome.stdout)["loader"]


def pipelines(options):
    """Limen's pipelines by name, on one thread."""
    measured = limen(options, "--pipelines-only", "--threads", "1", "--seconds", str(options.seconds))
    return {entry["pipeline"]: entry for entry in measured["pipelines"]}


def print_steps(options):
    """A training step with the loader beside one on a batch that never changes."""
    print("| training step | precision | pipeline | one batch | with loader | ratio | 95 % | rounds |")
    print("| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for precision in ["float32", "bfloat16"]:
        seconds = str(options.step_seconds / 2)
        for step in limen(options, "--train-only", "--precision", precision, "--seconds", seconds)["training"]:
            print(f"| {step['network']} | {precision} | {step['pipeline']} | {step['fixedMilliseconds']:.1f} ms "
                  f"| {step['loadedMilliseconds']:.1f} ms | {step['ratio']:.3f} "
                  f"| {step['lowRatio']:.3f}–{step['highRatio']:.3f} | {step['rounds']} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limen", required=True, help="the built program")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--step-seconds", type=float, default=60, help="for each pipeline and precision; 0 for none")
    options = parser.parse_args()
    torch.set_num_threads(1)
    speeds = {}
    for round in range(options.rounds):
        for name, entry in pipelines(options).items():
            count, batch = (1024, 128) if entry["height"] == 32 else (32, 32)
            arrays = pictures(count, entry["height"], entry["width"])
            images = [Image.fromarray(array) for array in arrays]
            tensors = [torch.from_numpy(array).permute(2, 0, 1).contiguous() for array in arrays]
            measured = {
                "limen": entry["imagesPerSecond"],
                "pillow": images_per_second(on_pillow(name), images, batch, options.seconds),
                "tensors": images_per_second(on_tensors(name), tensors, batch, options.seconds)}
            speeds.setdefault(name, []).append(measured)
            print(f"  {round + 1}/{options.rounds} {name}: "
                  + ", ".join(f"{way} {speed:.0f}" for way, speed in measured.items()), file=sys.stderr, flush=True)
    print("| images/s on one thread | Limen | torchvision, Pillow | torchvision v2, tensors | ratio |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, rounds in speeds.items():
        medians = {way: statistics.median(measured[way] for measured in rounds) for way in rounds[0]}
        ratio = medians["limen"] / max(medians["pillow"], medians["tensors"])
        print(f"| {name} | {medians['limen']:.0f} | {medians['pillow']:.0f} | {medians['tensors']:.0f} | {ratio:.2f} |")
    if options.step_seconds > 0:
        print()
        print_steps(options)


if __name__ == "__main__":
    main()
