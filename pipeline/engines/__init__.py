"""Runs stages over articles and keeps account of what was refused."""
