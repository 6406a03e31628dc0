"""Writes ROC curves, precision-recall curves and bootstrap means of scikit-learn on scores with heavy ties.

    python3 scripts/golden/detection_curves.py > Tests/DetectionTests/Golden/detection_curves.json

Needs numpy and scikit-learn. Scores are whole numbers of few values, which JSON and both languages hold exactly. The
curves are scikit-learn's, without points dropped; the precision-recall curve is turned round, so that it begins at
recall 0, and begins with precision 1, as ours. "resampled" are the figures of an explicit list of drawn images.
"""

import json
import sys

import numpy as np
import sklearn.metrics as sk


def curve(positive, score):
    rate, recall, _ = sk.roc_curve(positive, score, drop_intermediate=False)
    precision, precision_recall, _ = sk.precision_recall_curve(positive, score)
    # scikit-learn goes from lax to strict and ends at (0, 1).
    precision, precision_recall = precision[::-1], precision_recall[::-1]
    return {
        "false_positive_rate": rate.tolist(),
        "recall": recall.tolist(),
        "precision": precision.tolist(),
        "precision_recall": precision_recall.tolist(),
    }


def case(name, inliers, outliers, draw):
    positive = np.r_[np.ones(len(inliers)), np.zeros(len(outliers))]
    score = np.r_[inliers, outliers]
    inlier_draw = draw.integers(0, len(inliers), len(inliers))
    outlier_draw = draw.integers(0, len(outliers), len(outliers))
    drawn = np.r_[inliers[inlier_draw], outliers[outlier_draw]]
    return {
        "name": name,
        "inputs": {
            "id": inliers.tolist(),
            "ood": outliers.tolist(),
            "id_draw": inlier_draw.tolist(),
            "ood_draw": outlier_draw.tolist(),
        },
        "outputs": {
            "inliers": curve(positive, score),
            "outliers": curve(1 - positive, -score),
            "resampled": {
                "auroc": float(sk.roc_auc_score(positive, drawn)),
                "aupr_in": float(sk.average_precision_score(positive, drawn)),
                "aupr_out": float(sk.average_precision_score(1 - positive, -drawn)),
            },
        },
    }


def main():
    random = np.random.default_rng(21)
    cases = []
    for index, (inlier_count, outlier_count, levels) in enumerate(
        [(60, 40, 3), (120, 80, 7), (30, 170, 15), (90, 10, 2), (1, 5, 4), (100, 100, 1)]
    ):
        inliers = random.integers(0, levels, inlier_count) + random.integers(0, 2, inlier_count)
        outliers = random.integers(0, levels, outlier_count)
        cases.append(case(f"levels{index}", inliers, outliers, random))
    json.dump({"id": "detection_curves", "cases": cases}, sys.stdout, indent=None)
    print()


if __name__ == "__main__":
    main()
