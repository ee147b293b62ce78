"""Drives a real headless Chromium by its DevTools protocol over a pipe: no driver program, no further package."""

from __future__ import annotations

import base64
import json
import os
import selectors
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

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
