#!/usr/bin/env python3
"""Measures one network in one precision: PyTorch in each of its modes and Limen, alternately, round after round.

PyTorch gets what makes it fast on a CPU: channels_last, one thread a core, flushed denormals, the fused SGD, autocast
for bfloat16, and as a second mode torch.compile, whose inference freezes the weights. A model is compiled once;
between its measurements `limen bench` runs as a process of its own, with the same batch and number of threads.

Prints one JSON document: for training and for inference, the images per second of every round by mode, and the peak
memory of Limen's process. Progress goes to standard error. scripts/bench-peers calls this for every network and precision.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time

import torch
from torch.nn import functional as F

from networks import NETWORKS

SIDE, CLASSES = 32, 10
WARM_UP_STEPS, LEAST_STEPS = 2, 3
PASSES = {"training": "--train-only", "inference": "--infer-only"}


class Contestant:
    """One network in one mode of PyTorch, with a batch of random images that never changes."""

    def __init__(self, options, mode):
        torch.manual_seed(0)
        self.is_compiled = mode == "compile"
        self.model = NETWORKS[options.network]().to(memory_format=torch.channels_last)
        self.images = torch.randn(options.batch, 3, SIDE, SIDE).to(memory_format=torch.channels_last)
        self.is_half = options.precision == "bfloat16"

    def autocast(self):
        return torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.is_half)


class Training(Contestant):
    """Forward, backward and optimizer, with the settings of Limen's benchmark."""

    def __init__(self, options, mode):
        super().__init__(options, mode)
        self.model.train()
        self.labels = torch.randint(0, CLASSES, (options.batch,))
        self.optimizer = torch.optim.SGD(
            self.model.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4, nesterov=True, fused=True)
        self.loss = torch.compile(self.compute_loss) if self.is_compiled else self.compute_loss

    def compute_loss(self, images, labels):
        with self.autocast():
            return F.cross_entropy(self.model(images).float(), labels)

    def step(self):
        self.optimizer.zero_grad(set_to_none=True)
        self.loss(self.images, self.labels).backward()
        self.optimizer.step()


class Inference(Contestant):
    """The forward pass in evaluation mode, without gradients."""

    def __init__(self, options, mode):
        super().__init__(options, mode)
        self.model.eval()
        if self.is_compiled:
            self.model = torch.compile(self.model, options={"freezing": True})

    def step(self):
        with torch.no_grad(), self.autocast():
            self.model(self.images)


CONTESTANTS = {"training": Training, "inference": Inference}


def report(text):
    print(text, file=sys.stderr, flush=True)


def images_per_second(contestant, options):
    """The batch by the median step of a measurement."""
    times, end = [], time.perf_counter() + options.seconds
    while len(times) < LEAST_STEPS or time.perf_counter() < end:
        start = time.perf_counter()
        contestant.step()
        times.append(time.perf_counter() - start)
    return options.batch / statistics.median(times)


def warmed_up(options, kind, mode):
    """A contestant after its first steps; None, with a word on standard error, if PyTorch cannot run the mode here."""
    start = time.perf_counter()
    try:
        contestant = CONTESTANTS[kind](options, mode)
        for _ in range(WARM_UP_STEPS):
            contestant.step()
    except Exception as error:  # Compilation fails in many ways; the other modes are still worth measuring.
        report(f"  PyTorch {mode}: not measured: {str(error).strip().splitlines()[0]}")
        return None
    report(f"  PyTorch {mode}: ready after {time.perf_counter() - start:.0f} s")
    return contestant


def check_sameness(options):
    """Ends the program unless both sides give the network the same number of parameters."""
    ours = json.loads(run_limen(options, "network", options.network, "--classes", CLASSES, "--json"))["parameterCount"]
    theirs = sum(parameter.numel() for parameter in NETWORKS[options.network]().parameters())
    if ours != theirs:
        sys.exit(f"{options.network} has {ours} parameters in Limen and {theirs} in PyTorch: not the same network")


def run_limen(options, *arguments):
    """What a command of Limen prints; its complaint ends the program."""
    outcome = subprocess.run([options.limen, *map(str, arguments)], capture_output=True, text=True)
    if outcome.returncode != 0:
        sys.exit(f"limen: {outcome.stderr.strip()}")
    return outcome.stdout


def limen(options, kind):
    """What `limen bench` measures of the network, as its JSON tells it."""
    document = run_limen(
        options, "bench", "--network", options.network, "--precision", options.precision, PASSES[kind],
        "--batch", options.batch, "--threads", options.threads, "--seconds", options.seconds,
        "--size", SIDE, "--classes", CLASSES, "--json", "--quiet")
    return json.loads(document)["networks"][0]


def resident_bytes(field):
    """A figure of this process: VmHWM for the largest resident memory so far, VmRSS for the present one."""
    with open("/proc/self/status") as status:
        line = next(line for line in status if line.startswith(field + ":"))
    return int(line.split()[1]) * 1024


def measure(options, kind):
    """Images per second of every round, by mode; Limen is one of them."""
    contestants = {mode: warmed_up(options, kind, mode) for mode in options.modes}
    speeds = {mode: [] for mode, contestant in contestants.items() if contestant}
    speeds["limen"] = []
    memory = {}
    for round in range(options.rounds):
        for mode in speeds:
            if mode == "limen":
                measured = limen(options, kind)
                speed = measured["trainImagesPerSecond" if kind == "training" else "inferImagesPerSecond"]
                memory = {"peakBytes": measured["peakResidentBytes"]}
            else:
                speed = images_per_second(contestants[mode], options)
            speeds[mode].append(speed)
        report(f"  {kind} {round + 1}/{options.rounds}: "
               + ", ".join(f"{mode} {speeds[mode][-1]:.1f}" for mode in speeds) + " images/s")
    return {"imagesPerSecond": speeds, **memory}


def training_memory(options):
    """What a few eager training steps add to this process, which must have done nothing else yet."""
    before = resident_bytes("VmRSS")
    contestant = Training(options, "eager")
    for _ in range(WARM_UP_STEPS + 1):
        contestant.step()
    return {"beforeBytes": before, "peakBytes": resident_bytes("VmHWM")}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limen", help="the built program")
    parser.add_argument("--network", choices=NETWORKS, required=True)
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="float32")
    parser.add_argument("--modes", nargs="+", choices=["eager", "compile"], default=["eager", "compile"])
    parser.add_argument("--passes", nargs="+", choices=list(PASSES), default=list(PASSES))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--memory", action="store_true", help="measure the memory of training instead, without Limen")
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    if options.memory:
        result = training_memory(options)
    else:
        check_sameness(options)
        result = {kind: measure(options, kind) for kind in options.passes}
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
