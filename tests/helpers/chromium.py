# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A headless Chromium, driven by its DevTools protocol over a pipe: no port, no thread, no sleep.

It resolves no names, so nothing it might ask for leaves this machine; what it asks for is kept.
"""

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_PROGRAM = next(
    (found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), ""
)
#: Why no browser can be started, if none can.
MISSING = "" if _PROGRAM else "no Chromium here: apt-get install chromium"

_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--remote-debugging-pipe",
)
_PATIENCE = 60  # seconds for one answer; a browser that hangs ends the test


class Browser:
    """A running Chromium; :func:`browsing` starts and ends it."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._to, self._from = to_browser, from_browser
        self._number = 0
        self._rest = b""
        self._events: deque[dict[str, Any]] = deque()
        #: Every address that a page asked for, and every complaint of a page, since it was emptied.
        self.asked: list[str] = []
        self.complaints: list[str] = []

    def page(self) -> "Page":
        made = self.call("Target.createTarget", url="about:blank")
        session = self.call("Target.attachToTarget", targetId=made["targetId"], flatten=True)
        return Page(self, made["targetId"], session["sessionId"])

    def call(self, method: str, session: str = "", **values: object) -> dict[str, Any]:
        """Do one thing; returns its result, raises AssertionError for an error."""
        self._number += 1
        number = self._number
        message: dict[str, object] = {"id": number, "method": method, "params": values}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._to, data) :]
        while True:
            answer = self._read()
            if answer.get("id") == number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                result: dict[str, Any] = answer["result"]
                return result
            self._note(answer)

    def wait(self, method: str, session: str) -> dict[str, Any]:
        """The next event of this name, past ones that nobody waited for included."""
        while True:
            for event in self._events:
                if event["method"] == method and event.get("sessionId") == session:
                    self._events.remove(event)
                    return event
            self._note(self._read())

    def forget(self) -> None:
        self._events.clear()

    def _note(self, event: dict[str, Any]) -> None:
        values = event.get("params", {})
        match event.get("method"):
            case "Network.requestWillBeSent":
                self.asked.append(values["request"]["url"])
            case "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(values["exceptionDetails"])[:600])
            case "Log.entryAdded":
                entry = values["entry"]
                self.complaints.append(f"{entry['level']} {entry['text']} {entry.get('url', '')}")
            case "Runtime.consoleAPICalled":
                self.complaints.append(json.dumps(values["args"])[:600])
            case "Page.loadEventFired":
                self._events.append(event)

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._from], [], [], _PATIENCE)
            assert ready, "Chromium does not answer"
            more = os.read(self._from, 1 << 16)
            assert more, "Chromium ended"
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\0")
        found: dict[str, Any] = json.loads(line)
        return found


class Page:
    """One tab."""

    def __init__(self, browser: Browser, target: str, session: str) -> None:
        self.browser = browser
        self._target, self._session = target, session
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **values: object) -> dict[str, Any]:
        return self.browser.call(method, self._session, **values)

    def open(self, url: str) -> None:
        """Go there, and return once everything has been loaded and its scripts have run."""
        self.browser.forget()
        moved = self.call("Page.navigate", url=url)
        assert "errorText" not in moved, f"{url}: {moved['errorText']}"
        self.loaded()

    def loaded(self) -> None:
        """Return once a page that is under way has been loaded."""
        self.browser.wait("Page.loadEventFired", self._session)

    def run(self, script: str) -> Any:
        """The value of an expression in the page; a promise is waited for."""
        said = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in said, said["exceptionDetails"]
        return said["result"].get("value")

    def text(self, selector: str) -> str:
        return str(self.run(f"document.querySelector({json.dumps(selector)}).innerText"))

    def sized(self, width: int, height: int) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def prefers(self, medium: str = "", **features: str) -> None:
        """Such as ``color_scheme="dark"``, or the medium ``print``."""
        wanted = [
            {"name": f"prefers-{name.replace('_', '-')}", "value": value}
            for name, value in features.items()
        ]
        self.call("Emulation.setEmulatedMedia", media=medium, features=wanted)

    def scripts(self, on: bool) -> None:
        self.call("Emulation.setScriptExecutionDisabled", value=not on)

    def at(self, time: int) -> None:
        """Every page from now on takes this for the present, in ms."""
        self.call("Page.addScriptToEvaluateOnNewDocument", source=f"Date.now = () => {time};")

    def press(self, key: str, **more: object) -> None:
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, code=key, **more)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, code=key, **more)

    def picture(self, file: Path, *, whole: bool = True) -> None:
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        file.write_bytes(base64.b64decode(shot["data"]))

    def printed(self) -> bytes:
        """The page as PDF."""
        return base64.b64decode(self.call("Page.printToPDF", preferCSSPageSize=True)["data"])

    def close(self) -> None:
        self.browser.call("Target.closeTarget", targetId=self._target)


@contextlib.contextmanager
def browsing(profile: Path) -> Iterator[Browser]:
    """A browser with an empty profile, until the block ends."""
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    # The protocol wants descriptors 3 and 4; a shell puts them there.
    command = ["sh", "-c", 'exec "$@" 3<&0 4>&1 </dev/null >/dev/null', "sh", _PROGRAM]
    with subprocess.Popen(
        [*command, *_FLAGS, f"--user-data-dir={profile}", "about:blank"],
        stdin=theirs_in,
        stdout=theirs_out,
        stderr=subprocess.DEVNULL,
    ) as process:
        os.close(theirs_in)
        os.close(theirs_out)
        browser = Browser(ours_out, ours_in)
        try:
            yield browser
            browser.call("Browser.close")
        except BaseException:
            process.kill()
            raise
        finally:
            os.close(ours_out)
            os.close(ours_in)
