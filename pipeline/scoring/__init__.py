"""Metrics, agreement, significance and baselines."""
