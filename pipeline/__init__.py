"""Labels op-ed sentences for stance, rhetorical devices and certainty, and keeps account of every run."""

__version__ = "0.1.0"
