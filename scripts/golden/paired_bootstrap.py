#!/usr/bin/env python3
"""Writes Tests/DetectionTests/Golden/paired_bootstrap.json: intervals of paired differences by NumPy and SciPy.

The cases "difference…" have given resamples; their interval is numpy.percentile's (linear) and their probability is counted.
The case "accuracy" has flags of right and wrong answers; its interval is scipy.stats.bootstrap's, paired, by percentile.

Usage: paired_bootstrap.py [OUTPUT]      needs numpy and scipy
"""
import json
import sys

import numpy
from scipy.stats import bootstrap


def difference(name, rng, shift, count, digits):
    first = numpy.round(rng.normal(shift, 1, count), digits)
    second = numpy.round(rng.normal(0, 1, count), digits)
    d = first - second
    lower, upper = numpy.percentile(d, [2.5, 97.5])
    p = min(1.0, 2 * (1 + min((d <= 0).sum(), (d >= 0).sum())) / (1 + count))
    return {
        "name": name,
        "inputs": {"figures": [shift, 0.25], "first": first.tolist(), "second": second.tolist()},
        "outputs": {"difference": shift - 0.25, "lower": lower, "upper": upper, "p": float(p)},
    }


def accuracy(rng):
    first = (rng.random(400) < 0.8).astype(int)
    second = numpy.where(rng.random(400) < 0.7, first, (rng.random(400) < 0.6).astype(int))
    result = bootstrap(
        (first, second), lambda a, b, axis=-1: a.mean(axis) - b.mean(axis), paired=True, vectorized=True,
        n_resamples=20000, method="percentile", rng=numpy.random.default_rng(1))
    interval = result.confidence_interval
    return {
        "name": "accuracy",
        "inputs": {"first": first.tolist(), "second": second.tolist()},
        "outputs": {
            "difference": float(first.mean() - second.mean()), "lower": float(interval.low),
            "upper": float(interval.high)},
    }


def main():
    rng = numpy.random.default_rng(7)
    cases = [
        difference("difference", rng, 0.5, 200, 6), difference("difference large", rng, 6.0, 100, 6),
        difference("difference negative", rng, -1.5, 101, 6), difference("difference tied", rng, 0.0, 64, 0),
        accuracy(rng),
    ]
    path = sys.argv[1] if len(sys.argv) > 1 else "Tests/DetectionTests/Golden/paired_bootstrap.json"
    with open(path, "w") as file:
        json.dump({"cases": cases}, file)


main()
