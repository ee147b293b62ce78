"""A real headless Chromium, driven by its DevTools protocol over a pipe without a further package; pages to open."""

from __future__ import annotations

import base64
import json
import os
import selectors
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipeline.core import codebook as codebooks
from pipeline.core import schemas
from pipeline.core.codebook import Codebook
from pipeline.core.config import Config
from pipeline.labeling.rows import Identity
from pipeline.profiles.compare import compare
from pipeline.profiles.error import ClassifierError
from pipeline.reports.page import Contents

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
TIMEOUT_S = 60.0
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --remote-debugging-pipe --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync --disable-default-apps --mute-audio "
    "--disable-extensions --hide-scrollbars --force-device-scale-factor=1"
)
Event = dict[str, Any]


def program() -> str | None:
    """Chromium's path, None where there is none."""
    given = os.environ.get("CHROMIUM")
    return given or next((found for name in NAMES if (found := shutil.which(name))), None)


class Browser:
    """One page of a running Chromium. `events` has all that it told since the last `open`."""

    def __init__(self, to: int, come: int) -> None:
        self._to, self._from, self._n, self._rest = to, come, 0, b""
        self._selector = selectors.DefaultSelector()
        self._selector.register(come, selectors.EVENT_READ)
        self._session: str | None = None
        self.events: list[Event] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Emulation.setFocusEmulationEnabled", enabled=True)
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> Any:
        self._n += 1
        message = {"id": self._n, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        self._send(message)
        answer = self._wait(lambda m: m.get("id") == message["id"])
        assert "error" not in answer, f"{method}: {answer['error']}"
        return answer["result"]

    def open(self, path: Path, *, width: int = 1280, height: int = 900) -> None:
        """Loads a file and waits until it has been laid out and its script has run."""
        self.resize(width, height)
        self.events = []
        self.call("Page.navigate", url=path.as_uri())
        self._wait(lambda m: m.get("method") == "Page.loadEventFired")
        self.js("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")

    def resize(self, width: int, height: int) -> None:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.call("Emulation.setDeviceMetricsOverride", **size)

    def js(self, expression: str) -> Any:
        """The value of an expression in the page; promises are awaited."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def press(self, key: str) -> None:
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=KEYS[key])

    def media(self, *, scheme: str = "light", kind: str = "") -> None:
        self.call(
            "Emulation.setEmulatedMedia", media=kind, features=[{"name": "prefers-color-scheme", "value": scheme}]
        )

    def screenshot(self, path: Path, *, is_full: bool = False) -> None:
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=is_full)
        path.write_bytes(base64.b64decode(shot["data"]))

    @property
    def complaints(self) -> list[str]:
        """What stood in the console, errors and dialogs."""
        told = []
        for event in self.events:
            method, params = event.get("method"), event.get("params", {})
            if method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
                told.append(f"console: {params['args']}")
            elif method == "Runtime.exceptionThrown":
                told.append(f"exception: {params['exceptionDetails']}")
            elif method == "Log.entryAdded":
                told.append(f"log: {params['entry']['text']}")
            elif method in ("Page.javascriptDialogOpening", "Page.windowOpen", "Page.frameAttached"):
                told.append(f"{method}: {params}")
        return told

    @property
    def requests(self) -> list[str]:
        """Addresses asked for, `data:` ones left out."""
        sent = [e["params"]["request"]["url"] for e in self.events if e.get("method") == "Network.requestWillBeSent"]
        return [url for url in sent if not url.startswith("data:")]

    def _send(self, message: Event) -> None:
        left = memoryview(json.dumps(message).encode() + b"\0")
        while left:
            left = left[os.write(self._to, left) :]

    def _wait(self, is_it: Any) -> Event:
        deadline = time.monotonic() + TIMEOUT_S
        while True:
            while b"\0" in self._rest:
                line, self._rest = self._rest.split(b"\0", 1)
                message = json.loads(line)
                if is_it(message):
                    return message
                self.events.append(message)
            if not self._selector.select(deadline - time.monotonic()):
                raise TimeoutError(f"Chromium did not answer in {TIMEOUT_S:.0f} s")
            self._rest += os.read(self._from, 1 << 16)


KEYS = {"ArrowDown": 40, "ArrowUp": 38, "Home": 36, "End": 35, "Escape": 27, "Tab": 9, "Enter": 13}


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """`folder` takes Chromium's own files."""
    path = program()
    assert path, "no Chromium"
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()

    def wire() -> None:  # Chromium reads its orders from 3 and answers on 4
        first, second = os.dup(theirs_in), os.dup(theirs_out)
        os.dup2(first, 3)
        os.dup2(second, 4)

    command = [path, *FLAGS.split(), f"--user-data-dir={folder}", "about:blank"]
    process = subprocess.Popen(
        command, pass_fds=(3, 4), preexec_fn=wire, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.close(theirs_in)
    os.close(theirs_out)
    try:
        yield Browser(ours_out, ours_in)
    finally:
        process.terminate()
        process.wait(timeout=20)
        os.close(ours_in)
        os.close(ours_out)


# what the pages under test are made of

SURE = 0.8  # probability of a chosen label; the others share the rest
STANCES = {"+": "hawkish", "-": "conciliatory", ".": "neutral"}
Row = dict[str, Any]


def _probabilities(book: Codebook, row: Row) -> Row:
    found = {}
    for task in book.tasks:
        for value in task.values:
            is_chosen = value in row[task.name] if task.kind == "multi" else value == row[task.name]
            found[f"p_{task.name}_{value}"] = SURE if is_chosen else (1 - SURE) / max(1, len(task.values) - 1)
    return found


def table_of(rows: list[Row]) -> pa.Table:
    """A sentence table of the shipped codebook; a row needs `article`, all else has a default."""
    book = codebooks.load()
    numbers: dict[str, int] = {}
    full = []
    for given in rows:
        row: Row = {"role": "body", "rule": "text", "voice": "author", "speaker": "", "text": "The border was quiet."}
        row |= {"stance": "neutral", "certainty": "certain", "devices": [], "abstained": [], "start": 0} | given
        row["end"] = row["start"] + len(row["text"])
        row["n"] = numbers[row["article"]] = numbers.get(row["article"], -1) + 1
        if row["role"] == "body":
            row = _probabilities(book, row) | row
        else:
            row |= {"voice": None, "speaker": None} | {task.name: None for task in book.tasks}
        full.append(
            {f"evidence_{task.name}": [] for task in book.tasks} | dict.fromkeys(schemas.IDENTITY.names, "") | row
        )
    return pa.Table.from_pylist(full, schema=schemas.sentence_table(book))


def lines(article: str, stances: str, **more: Any) -> list[Row]:
    """One sentence per letter: + hawkish, - conciliatory, . neutral."""
    return [{"article": article, "stance": STANCES[letter], **more} for letter in stances]


def contents_of(rows: list[Row], *, error: ClassifierError | None = None, by: str | None = None) -> Contents:
    """Everything a page needs, by the real profiles and comparison."""
    book, table = codebooks.load(), table_of(rows)
    config = Config.model_validate({"profile": {"resamples": 100}, "compare": {"permutations": 100, "by": by}})
    options = {"error": error, "profile": config.profile, "settings": config.compare, "seed": 0}
    comparison = compare(table, book, **options)
    made_by = Identity("default", "7", "a" * 64, "b" * 64, book.id, book.sha256)
    return Contents(table, comparison.profiles, comparison, book, made_by, config)


@pytest.fixture(scope="session")
def make_contents() -> Callable[..., Contents]:
    return contents_of


@pytest.fixture(scope="session")
def make_lines() -> Callable[..., list[Row]]:
    return lines


@pytest.fixture(scope="session")
def error(record_of_error: Callable[..., ClassifierError]) -> ClassifierError:
    return record_of_error(codebooks.load(), n_articles=60, quality=0.9, seed=4)


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if program() is None:
        pytest.skip("no Chromium here: apt-get install chromium, or name one in CHROMIUM")
    with browser(tmp_path_factory.mktemp("chromium")) as found:
        yield found
