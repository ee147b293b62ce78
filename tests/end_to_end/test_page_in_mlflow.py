"""The report as MLflow hands it out: a real server, the artifact over HTTP, opened under the sandbox of MLflow's UI.

MLflow 3.17's UI fetches an HTML artifact's text, makes a blob of type text/html of it and shows that in an iframe with
`sandbox="allow-scripts"`: scripts run, but the page has no origin, so storage and downloads are denied.
"""

import contextlib
import http.server
import importlib.util
import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
START_S = 300  # a busy machine takes its time to load a server
QUICK = ("--set", "profile.resamples=100", "--set", "compare.permutations=200")
UI_SANDBOX = "sandbox allow-scripts"  # a document under this header is treated as one in such an iframe

_SPEC = importlib.util.spec_from_file_location("page_browser", ROOT / "tests/reports/conftest.py")
page_browser = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(page_browser)


@pytest.fixture
def server(tmp_path):
    """Address of an MLflow server over an SQLite file."""
    from pipeline.tracking import environment, sqlite_file

    environment.prepare(timeout_s=10)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    sqlite_file.initialise(tmp_path / "server.db")
    command = [
        *(sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"),
        *("--backend-store-uri", f"sqlite:///{tmp_path}/server.db"),
        *("--artifacts-destination", str(tmp_path / "files")),
    ]
    environ = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    environ.update(MLFLOW_DISABLE_TELEMETRY="true", MLFLOW_SERVER_ENABLE_JOB_EXECUTION="false")
    with (tmp_path / "log.txt").open("wb") as log:
        process = subprocess.Popen(command, env=environ, stdout=log, stderr=log, start_new_session=True)
    try:
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, 9)
        process.wait(timeout=20)


@contextlib.contextmanager
def served(content):
    """A page under the sandbox of MLflow's UI."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Security-Policy", UI_SANDBOX)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as host:
        threading.Thread(target=host.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{host.server_port}/"
        host.shutdown()


@pytest.mark.timeout(1200)
def test_the_report_of_a_run_opens_in_the_ui_of_mlflow(stance, server, tmp_path):
    if page_browser.program() is None:
        pytest.skip("no Chromium here: apt-get install chromium, or name one in CHROMIUM")
    done = stance("compare", ROOT / "seeds", *QUICK, "--report", "mine.html", "--json", MLFLOW_TRACKING_URI=server)
    assert done.code == 0, done.err
    run_id = done.err.split("MLflow run ")[1].split()[0]
    query = urllib.parse.urlencode({"path": "report.html", "run_uuid": run_id})
    with urllib.request.urlopen(f"{server}/get-artifact?{query}", timeout=60) as answer:
        content, kind = answer.read(), answer.headers["Content-Type"]
    assert kind.startswith("text/html")
    assert content == (tmp_path / "mine.html").read_bytes()
    listing = f"{server}/api/2.0/mlflow/artifacts/list?run_id={run_id}"
    with urllib.request.urlopen(listing, timeout=60) as answer:
        assert "report.html" in [file["path"] for file in json.load(answer)["files"]]
    with served(content) as address, page_browser.browser(tmp_path / "chromium") as chromium:
        chromium.resize(900, 700)  # about what the UI leaves for an artifact
        chromium.call("Page.navigate", url=address)
        chromium._wait(lambda m: m.get("method") == "Page.loadEventFired")
        chromium.js("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")
        assert chromium.js("self.origin") == "null"
        assert chromium.complaints == []
        assert [url for url in chromium.requests if url != address] == []
        count = "document.querySelectorAll('.panel:not([hidden]) .s[data-l]:not([hidden])').length"
        everything = chromium.js(count)
        choose = "const s = document.querySelector('select[data-task]'); s.selectedIndex = 1;"
        chromium.js(f"(() => {{ {choose} s.dispatchEvent(new Event('input', {{bubbles: true}})); }})()")
        assert 0 < chromium.js(count) < everything
        assert chromium.js("document.documentElement.scrollWidth <= innerWidth")
