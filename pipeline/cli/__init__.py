"""Parses and prints; calls jobs."""
