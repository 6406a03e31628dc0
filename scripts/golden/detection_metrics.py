"""Writes the detection metrics of scikit-learn on random scores with many ties.

    python3 scripts/golden/detection_metrics.py > Tests/DetectionTests/Golden/detection_metrics.json

Needs numpy and scikit-learn. Scores are multiples of 1/8, which JSON and both languages hold exactly. The average
precision, ROC curve and precision-recall curve are scikit-learn's; the four false positive rates are read off its
curves, the "nearest" ones as in Hendrycks' measurement routine.
"""

import json
import sys

import numpy as np
import sklearn.metrics as sk


def first(positive, score):
    rate, recall, _ = sk.roc_curve(positive, score, drop_intermediate=False)
    return rate[np.argmax(recall >= 0.95)]


def nearest(positive, score):
    rate, recall, _ = sk.roc_curve(positive, score, drop_intermediate=False)
    last = np.argmax(recall == 1)
    rate, recall = rate[1 : last + 1][::-1], recall[1 : last + 1][::-1]
    return rate[np.argmin(np.abs(recall - 0.95))]


def trapezoid(positive, score):
    precision, recall, _ = sk.precision_recall_curve(positive, score)
    return sk.auc(recall, precision)


def case(name, inliers, outliers):
    positive = np.r_[np.ones(len(inliers)), np.zeros(len(outliers))]
    score = np.r_[inliers, outliers]
    figures = {
        "auroc": sk.roc_auc_score(positive, score),
        "aupr_in": sk.average_precision_score(positive, score),
        "aupr_out": sk.average_precision_score(1 - positive, -score),
        "fpr95_id": first(positive, score),
        "fpr95_ood": first(1 - positive, -score),
        "fpr95_id_nearest": nearest(positive, score),
        "fpr95_ood_nearest": nearest(1 - positive, -score),
        "aupr_in_trapezoid": trapezoid(positive, score),
        "aupr_out_trapezoid": trapezoid(1 - positive, -score),
    }
    return {
        "name": name,
        "inputs": {"id": inliers.tolist(), "ood": outliers.tolist()},
        "outputs": {key: float(value) for key, value in figures.items()},
    }


def main():
    random = np.random.default_rng(20)
    cases = []
    for index, (inlier_count, outlier_count, shift, step) in enumerate(
        [(110, 90, 1.0, 8), (130, 70, 0.5, 8), (50, 150, 2.0, 4), (30, 30, 0.0, 2), (100, 100, 1.5, 1)]
    ):
        inliers = np.round(random.normal(shift, 1, inlier_count) * step) / step
        outliers = np.round(random.normal(0, 1, outlier_count) * step) / step
        cases.append(case(f"ties{index}", inliers, outliers))
    json.dump({"id": "detection_metrics", "cases": cases}, sys.stdout, indent=None)
    print()


if __name__ == "__main__":
    main()
