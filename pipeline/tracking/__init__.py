"""The only place that imports MLflow."""
