"""MLflow's switches, set in this process before it is imported; what the user has set stays."""

from __future__ import annotations

import logging
import math
import os

TELEMETRY_SWITCHES = ("MLFLOW_DISABLE_TELEMETRY", "DO_NOT_TRACK")
QUIET = {
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",  # stdout is for data
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SKIP_PIP_REQUIREMENTS_CHECK": "true",  # the check asks package indexes; we state requirements ourselves
}
HTTP_RETRIES = 1  # MLflow's 7 with growing pauses keep a job waiting for minutes on a dead server


def prepare(*, timeout_s: float) -> None:
    """Telemetry off, quiet logs, bounded HTTP waits. It must run before mlflow is imported."""
    # one of the two set by the user is a choice for both: MLflow takes either as "off"
    if not any(name in os.environ for name in TELEMETRY_SWITCHES):
        os.environ.update(dict.fromkeys(TELEMETRY_SWITCHES, "true"))
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    os.environ.setdefault(
        "MLFLOW_HTTP_REQUEST_TIMEOUT", str(max(1, math.ceil(timeout_s)))
    )  # MLflow takes whole seconds
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", str(HTTP_RETRIES))
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # it logs the traceback of every error that it also raises
    logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)
