"""Rules over tokens: graded evidence for certainty, devices and stance, each with the words that fired."""

from pipeline.labeling.rules.features import FEATURES, hits, matrix
from pipeline.labeling.rules.tokens import Hit

__all__ = ["FEATURES", "Hit", "hits", "matrix"]
