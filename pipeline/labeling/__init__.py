"""Labels for sentences: encoder, heads, calibration, evidence."""
