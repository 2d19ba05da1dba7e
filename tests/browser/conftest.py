"""Chromium over a served house; the tests skip where Chromium is missing."""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from waitress.server import create_server

from tests.classifiers import model_bytes
from tests.search_app.pages.house import House, fill, open_house

playwright_api = pytest.importorskip("playwright.sync_api", reason="install playwright to test in a browser")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
READER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip


# Sure of one label, unsure of another; the rules speak for the rest.
MODEL = model_bytes(
    {
        "Cap On Liability": {"word": "aggregate", "probability": 0.91},
        "Insurance": {"word": "consequential", "probability": 0.4},
        "Governing Law": {"word": "state of new york", "probability": 0.5},
    }
)


@dataclass
class Served:
    """A house under its address, and what a page complained of."""

    address: str
    house: House
    browser: Any
    complaints: list[str] = field(default_factory=list)

    def page(self, width: int = 1440, **options: Any) -> Any:
        """A new visitor's page; scripts that fail, blocked content and failed loads are complaints."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 900}, user_agent=READER, base_url=self.address, **options
        )
        page = context.new_page()
        page.on("console", lambda message: self._heard(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("requestfailed", self._failed)
        return page

    def _failed(self, request: Any) -> None:
        if request.failure != "net::ERR_ABORTED":  # going on to another page ends what still loads
            self.complaints.append(f"{request.failure}: {request.url}")

    def _heard(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, started once."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    with playwright_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def address_and_house(tmp_path_factory: pytest.TempPathFactory, browser: Any) -> Iterator[tuple[str, House]]:
    """A house that is served on a free port of this machine for all tests."""
    root: Path = tmp_path_factory.mktemp("served")
    fill(root, starter=MODEL)
    with open_house(root, starter=MODEL) as house:
        server = create_server(house.app, host="127.0.0.1", port=0, threads=4)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.effective_port}", house
        server.task_dispatcher.shutdown()
        server.close()
        thread.join(timeout=5)


@pytest.fixture
def served(address_and_house: tuple[str, House], browser: Any) -> Iterator[Served]:
    """The served house; a test fails if any of its pages complained."""
    served = Served(*address_and_house, browser)
    yield served
    for context in browser.contexts:
        context.close()
    assert served.complaints == []
