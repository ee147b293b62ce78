"""Contracts that every other part stands on: schemas, codebook, config, registry, errors, fingerprints."""
