"""A real browser, one for all tests of this folder; a published desk, and a page that notes all that it asks for."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from filingwatch.settings import Settings
from tests.browser import hand_made
from tests.browser.serving import Served, serve

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage"
).split()
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's own Chromium or Chrome."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"no browser on this machine; install one of {', '.join(BROWSERS)} to test the desk in it")
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=found, args=_QUIET)
        yield running
        running.close()


@pytest.fixture
def published(settings: Settings) -> Settings:
    hand_made.publish(settings)
    return settings


@pytest.fixture
def served(published: Settings) -> Iterator[Served]:
    with serve(published) as desk:
        yield desk


@dataclass
class Visit:
    """One browser session of one person. `asked` is every address that its pages asked for; `wrong` what its console
    complained of."""

    page: Page
    served: Served
    asked: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def open(self, tab: str, watch: str = hand_made.WATCH) -> None:
        """Open a tab and wait until its keys work."""
        self.page.goto(f"{self.served.origin}/{tab}?watch={watch}")
        self.wait()

    def wait(self) -> None:
        expect(self.page.locator("body")).to_have_attribute("data-ready", "true")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    @property
    def case(self) -> str:
        return self.page.locator("article.case").get_attribute("data-id") or ""

    def expect_case(self, case_id: str) -> None:
        expect(self.page.locator("article.case")).to_have_attribute("data-id", case_id)

    def expect_held(self, count: int) -> None:
        """Wait until the page holds so many cases. Asked from here: the page's policy lets nobody compile a script."""
        until = time.monotonic() + 20
        while self.page.evaluate("cases.length") < count:
            assert time.monotonic() < until, f"the page holds {self.page.evaluate('cases.length')} cases"
            self.page.wait_for_timeout(50)

    def expect_status(self, text: str) -> None:
        expect(self.page.locator("#status")).to_contain_text(text)


@pytest.fixture
def visit(browser: Browser, served: Served) -> Iterator[Visit]:
    """Ann's browser, at the first page. At the end: nothing was asked for beyond loopback, nothing went wrong."""
    with visiting(browser, served, "ann") as one:
        yield one
        assert one.asked and {urlsplit(address).hostname for address in one.asked} == {"127.0.0.1"}
        assert one.wrong == []


class visiting:  # noqa: N801  (used like a function)
    """A session of its own in the browser, as `with visiting(browser, served, name) as visit`."""

    def __init__(self, browser: Browser, served: Served, name: str = "", **look: object) -> None:
        self._context = browser.new_context(viewport={"width": 1280, "height": 800}, **look)  # type: ignore[arg-type]
        self._served, self._name = served, name

    def __enter__(self) -> Visit:
        visit = Visit(self._context.new_page(), self._served)
        self._context.on("request", lambda request: visit.asked.append(request.url))
        visit.page.on("pageerror", lambda error: visit.wrong.append(str(error)))
        visit.page.on("console", lambda line: visit.wrong.append(line.text) if line.type == "error" else None)
        visit.page.goto(self._served.start(self._name))
        return visit

    def __exit__(self, *_: object) -> None:
        self._context.close()
