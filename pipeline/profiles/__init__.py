"""Stance profiles of op-eds and their comparison."""
