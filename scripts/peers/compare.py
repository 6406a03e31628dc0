#!/usr/bin/env python3
"""Runs pytorch.py for every network and precision and prints what came out as Markdown; scripts/bench-peers calls it.

A ratio is Limen's median over the rounds divided by that of PyTorch's best mode. The document with every measurement
is written after each network, so that an interrupted comparison keeps what it has.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

import torch

from networks import NETWORKS

WORKER = pathlib.Path(__file__).with_name("pytorch.py")


# So many processors busy with other work make the figures mean little: PyTorch's loops wait for their slowest thread.
QUIET = 0.2


def busy_processors(seconds=2):
    """How many processors others keep busy at the moment, on average over a few seconds."""
    def ticks():
        with open("/proc/stat") as statistics_of_all:
            figures = [int(figure) for figure in statistics_of_all.readline().split()[1:9]]
        return figures[3] + figures[4], sum(figures)

    idle, total = ticks()
    time.sleep(seconds)
    later_idle, later_total = ticks()
    return os.cpu_count() * (1 - (later_idle - idle) / max(later_total - total, 1))


def run_worker(*arguments):
    """The JSON document of a worker; None if it failed, which it has explained on standard error."""
    outcome = subprocess.run([sys.executable, WORKER, *map(str, arguments)], stdout=subprocess.PIPE, text=True)
    return json.loads(outcome.stdout) if outcome.returncode == 0 else None


def measured_cell(options, network, precision):
    """All that is measured of one network in one precision; None if that failed."""
    others = busy_processors()
    if others > QUIET:
        print(f"  other work keeps {others:.1f} processors busy", file=sys.stderr, flush=True)
    shared = ["--network", network, "--precision", precision, "--threads", options.threads, "--batch", options.batch]
    cell = run_worker(
        "--limen", options.limen, *shared, "--modes", *options.modes, "--passes", *options.passes,
        "--rounds", options.rounds, "--seconds", options.seconds)
    if cell and "training" in cell:
        # In a process of its own: the peak of one that has compiled is the compiler's.
        cell["training"]["pytorchMemory"] = run_worker(*shared, "--memory")
    return cell and {"busyProcessorsBefore": others, "passes": cell}


def summary(measured):
    """Medians over the rounds by mode, PyTorch's best mode and the ratio."""
    medians = {mode: statistics.median(speeds) for mode, speeds in measured["imagesPerSecond"].items()}
    best = max((mode for mode in medians if mode != "limen"), key=medians.get, default=None)
    ratio = medians["limen"] / medians[best] if best else None
    return {"medians": medians, "best": best, "ratio": ratio}


def checked_out_commit():
    """The commit of this repository, with a word if files differ from it; None outside a checkout."""
    outcome = subprocess.run(
        ["git", "describe", "--always", "--dirty= with changes", "--abbrev=10", "--exclude=*"],
        cwd=WORKER.parent, capture_output=True, text=True)
    return outcome.stdout.strip() or None


def environment(options):
    """What the figures belong to."""
    doctor = json.loads(
        subprocess.run([options.limen, "doctor", "--json"], check=True, stdout=subprocess.PIPE, text=True).stdout)
    with open("/proc/cpuinfo") as processors:
        models = [line.split(":")[1].strip() for line in processors if line.startswith("model name")]
    return {
        "date": datetime.date.today().isoformat(),
        "processor": models[0] if models else platform.processor(),
        "threads": options.threads, "batch": options.batch, "rounds": options.rounds, "seconds": options.seconds,
        "limen": {"version": doctor["version"], "commit": checked_out_commit(), "kernels": doctor["kernels"]},
        "pytorch": torch.__version__, "python": platform.python_version()}


def row(cells):
    return "| " + " | ".join(cells) + " |"


def figures(cells, network, precision, kind):
    """What was measured, empty if nothing was."""
    return cells.get(f"{network} {precision}", {"passes": {}})["passes"].get(kind, {})


def ratio_table(options, kind, cells):
    """Precisions down, networks across."""
    lines = [row([kind, *options.networks]), row(["---"] + ["---:"] * len(options.networks))]
    for precision in options.precisions:
        ratios = [figures(cells, network, precision, kind).get("ratio") for network in options.networks]
        lines.append(row([precision] + [f"{ratio:.2f}" if ratio else "–" for ratio in ratios]))
    return "\n".join(lines)


def speed_table(options, kind, cells):
    """Images per second of everyone, one network and precision a row."""
    modes = ["limen", *options.modes]
    lines = [
        row([kind, "precision", "Limen", *(f"PyTorch {mode}" for mode in options.modes), "ratio"]),
        row(["---", "---"] + ["---:"] * (len(modes) + 1))]
    for network in options.networks:
        for precision in options.precisions:
            if measured := figures(cells, network, precision, kind):
                speeds = [measured["medians"].get(mode) for mode in modes]
                shown = [f"{speed:,.1f}" if speed else "–" for speed in speeds]
                ratio = f"{measured['ratio']:.2f}" if measured["ratio"] else "–"
                lines.append(row([network, precision, *shown, ratio]))
    return "\n".join(lines)


def memory_table(options, cells):
    """Peak resident memory of a process that trains; what PyTorch's has before the network exists is told apart."""
    lines = [row(["MiB", "precision", "Limen", "PyTorch eager", "of it without a network"]),
             row(["---", "---", "---:", "---:", "---:"])]
    for network in options.networks:
        for precision in options.precisions:
            measured = figures(cells, network, precision, "training")
            if theirs := measured.get("pytorchMemory"):
                sizes = [measured["peakBytes"], theirs["peakBytes"], theirs["beforeBytes"]]
                lines.append(row([network, precision, *(f"{size / 2**20:,.0f}" for size in sizes)]))
    return "\n".join(lines)


def page(options, facts, cells):
    """The whole comparison as Markdown."""
    limen = facts["limen"]
    commit = f" at {limen['commit']}" if limen["commit"] else ""
    parts = [
        f"{facts['date']}, {facts['processor']}, {facts['threads']} threads, batch {facts['batch']}, 32×32 images; "
        f"Limen {limen['version']}{commit} ({limen['kernels']} kernels), PyTorch {facts['pytorch']}, "
        f"Python {facts['python']}; medians of {facts['rounds']} alternating rounds of {facts['seconds']:g} s.",
        "Ratios Limen / PyTorch's best mode; above 1, Limen is faster."]
    others = max((cell["busyProcessorsBefore"] for cell in cells.values()), default=0)
    if others > QUIET:
        parts.append(f"**The machine was not quiet: other work kept up to {others:.1f} processors busy.**")
    parts += [ratio_table(options, kind, cells) for kind in options.passes]
    parts.append("Images per second:")
    parts += [speed_table(options, kind, cells) for kind in options.passes]
    if "training" in options.passes:
        parts += ["Peak resident memory of training:", memory_table(options, cells)]
    return "\n\n".join(parts)


def main():
    parser = argparse.ArgumentParser(prog="bench-peers", description="Measure Limen against PyTorch, alternately.")
    parser.add_argument("--limen", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS), metavar="NAME")
    parser.add_argument("--precisions", nargs="+", choices=["float32", "bfloat16"], default=["float32", "bfloat16"])
    parser.add_argument("--passes", nargs="+", choices=["training", "inference"], default=["training", "inference"])
    parser.add_argument("--modes", nargs="+", choices=["eager", "compile"], default=["eager", "compile"])
    parser.add_argument("--rounds", type=int, default=3, help="how often everyone is measured (default: 3)")
    parser.add_argument("--seconds", type=float, default=5, help="how long each time (default: 5)")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="default: one a processor")
    parser.add_argument("--batch", type=int, default=128, help="images of a batch (default: 128)")
    parser.add_argument("--json", type=pathlib.Path, default="runs/bench-peers.json", metavar="FILE",
                        help="where every measurement is written (default: runs/bench-peers.json)")
    options = parser.parse_args()

    facts, cells, failures = environment(options), {}, []
    options.json.parent.mkdir(parents=True, exist_ok=True)
    for network in options.networks:
        for precision in options.precisions:
            name = f"{network} {precision}"
            print(name, file=sys.stderr, flush=True)
            cell = measured_cell(options, network, precision)
            if cell is None:
                failures.append(name)
                continue
            cell["passes"] = {kind: measured | summary(measured) for kind, measured in cell["passes"].items()}
            cells[name] = cell
            options.json.write_text(json.dumps({"environment": facts, "measurements": cells}, indent=2) + "\n")
    print(page(options, facts, cells))
    if failures:
        sys.exit(f"not measured: {', '.join(failures)}")


if __name__ == "__main__":
    main()
