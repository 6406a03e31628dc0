"""Writes every score of random feature tables, computed by NumPy and scikit-learn.

    python3 scripts/golden/scores.py > Tests/DetectionTests/Golden/scores.json

Needs numpy and scikit-learn. Inputs are multiples of 1/16, so that 32-bit floats, JSON and both languages hold them and
the logits of the head exactly. Each score is written from its paper's formula, with loops where a formula has a sum, and
shares nothing with the library.
"""

import json
import sys

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import NearestNeighbors

random = np.random.default_rng(20)
C, D = 5, 8


def grid(shape, scale):
    return np.round(random.normal(size=shape) * scale * 16) / 16


W, b = grid((C, D), 0.7), grid((C,), 0.5)
centres = np.abs(grid((C, D), 1.5))


def table(count, spread):
    labels = random.integers(0, C, size=count)
    features = np.maximum(0, centres[labels] + grid((count, D), spread))
    return features, features @ W.T + b, labels


bank, validation, query = table(60, 0.8), table(40, 0.9), table(30, 1.5)
assert np.array_equal(query[1].astype(np.float32), query[1])


def softmax(v):
    e = np.exp(v - v.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def energy(v):
    m = v.max(-1)
    return m + np.log(np.exp(v - m[..., None]).sum(-1))


def unit(f):
    return f / np.maximum(np.linalg.norm(f, axis=-1, keepdims=True), 1e-10)


def mahalanobis(train, labels, f):
    classes = [c for c in range(C) if (labels == c).any()]
    means = {c: train[labels == c].mean(0) for c in classes}
    centred = train - np.array([means[c] for c in labels])
    covariance = centred.T @ centred / len(train)
    precision = np.linalg.pinv(covariance, rcond=D * np.finfo(float).eps, hermitian=True)
    return [-min((x - means[c]) @ precision @ (x - means[c]) for c in classes) for x in f]


def klm(v):
    p = softmax(validation[1])
    predicted = validation[1].argmax(1)
    templates = [p[predicted == k].mean(0) if (predicted == k).any() else np.eye(C)[k] for k in range(C)]
    with np.errstate(divide="ignore"):
        return [-min(np.sum(x * (np.log(x) - np.log(d))) for d in templates) for x in softmax(v)]


def knn(k, f, normalize=True):
    prepare = unit if normalize else (lambda x: x)
    search = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(prepare(bank[0]))
    rows = search.kneighbors(prepare(f), return_distance=False)[:, -1]
    return -((prepare(f) - prepare(bank[0])[rows]) ** 2).sum(1)


def nnguide(k, f, v):
    products = (unit(f) @ unit(bank[0]).T) * energy(bank[1])
    return energy(v) * np.sort(products, 1)[:, ::-1][:, :k].mean(1)


def ash(kind, percentile, f):
    rows = []
    for x in f:
        kept = max(1, D - int(np.round(D * percentile / 100)))
        order = np.argsort(-x, kind="stable")[:kept]
        y = np.zeros(D)
        y[order] = x[order]
        if kind == "s" and y.sum() != 0:
            y = y * np.exp(x.sum() / y.sum())
        if kind == "b":
            y = np.zeros(D)
            y[order] = x.sum() / kept
        rows.append(y)
    return energy(np.array(rows) @ W.T + b)


def react(percentile, f):
    return energy(np.minimum(f, np.percentile(validation[0], percentile)) @ W.T + b)


def dice(percentile, f):
    contributions = W * bank[0].mean(0)
    return energy(f @ (W * (contributions > np.percentile(contributions, percentile))).T + b)


def fsebo(f):
    return energy(np.minimum(f, np.quantile(bank[0], 0.92)) @ W.T + b) * (1 + f.mean(1))


def vim(dimension, f):
    origin = -np.linalg.pinv(W) @ b
    x = bank[0] - origin
    values, vectors = np.linalg.eigh(x.T @ x / len(x))
    rest = vectors[:, np.argsort(-values)[dimension:]]
    alpha = bank[1].max(1).mean() / np.linalg.norm(x @ rest, axis=1).mean()
    return energy(f @ W.T + b) - alpha * np.linalg.norm((f - origin) @ rest, axis=1)


def gen(gamma, top, v):
    p = np.sort(softmax(v), 1)[:, ::-1][:, :top]
    return -(p**gamma * (1 - p) ** gamma).sum(1)


def mos(v):
    return -np.min([softmax(v[:, 0:3])[:, 0], softmax(v[:, 3:5])[:, 0]], axis=0)


f, v = query[0], query[1]
outputs = {
    "msp": softmax(v).max(1),
    "mls": v.max(1),
    "energy": energy(v),
    "energy:T=2": 2 * energy(v / 2),
    "odin:epsilon=0": softmax(v / 1000).max(1),
    "odin:T=10,epsilon=0": softmax(v / 10).max(1),
    "mahalanobis": mahalanobis(bank[0], bank[2], f),
    "klm": klm(v),
    "knn": knn(50, f),
    "knn:k=1": knn(1, f),
    "knn:k=7": knn(7, f),
    "knn:k=7,normalize=false": knn(7, f, False),
    "nnguide": nnguide(60, f, v),
    "nnguide:k=10": nnguide(10, f, v),
    "ash-p": ash("p", 90, f),
    "ash-p:percentile=50": ash("p", 50, f),
    "ash-s": ash("s", 90, f),
    "ash-s:percentile=65": ash("s", 65, f),
    "ash-b": ash("b", 90, f),
    "ash-b:percentile=65": ash("b", 65, f),
    "react": react(90, f),
    "react:percentile=75": react(75, f),
    "dice": dice(90, f),
    "dice:percentile=30": dice(30, f),
    "vim": vim(4, f),
    "vim:dimension=2": vim(2, f),
    "gradnorm": np.abs(C * softmax(v) - 1).sum(1) * np.abs(f).sum(1),
    "fsebo": fsebo(f),
    "mos": mos(v),
    "rn": np.linalg.norm(f, axis=1),
    "gen": gen(0.1, 100, v),
    "gen:gamma=0.5,top=2": gen(0.5, 2, v),
}

regression_input = grid((40, 3), 20)
regression_labels = (regression_input[:, 0] + grid((40,), 15) > 0).astype(int)
scaled = (regression_input - regression_input.mean(0)) / regression_input.std(0)
fit = LogisticRegression(C=1.0, tol=1e-13, max_iter=10_000, solver="newton-cholesky").fit(scaled, regression_labels)


def part(values):
    return {"features": values[0].tolist(), "logits": values[1].tolist(), "labels": values[2].tolist()}


cases = [
    {
        "name": "tables",
        "inputs": {"bank": part(bank), "validation": part(validation), "query": part(query)}
        | {"weight": W.tolist(), "bias": b.tolist()},
        "outputs": {name: [float(x) for x in values] for name, values in outputs.items()},
    },
    {
        "name": "singular",
        "inputs": {"rows": 7},
        "outputs": {"score": [float(x) for x in mahalanobis(bank[0][:7], bank[2][:7], f)]},
    },
    {
        "name": "regression",
        "inputs": {"rows": regression_input.tolist(), "labels": regression_labels.tolist()},
        "outputs": {"probability": fit.predict_proba(scaled)[:, 1].tolist()},
    },
]
json.dump({"id": "scores", "title": "Every score on random tables", "cases": cases}, sys.stdout, indent=None)
sys.stdout.write("\n")
