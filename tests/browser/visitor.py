"""Somebody with a browser of their own, who visits a real server; everything odd that happens there is noted."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

# Tests wait for what happens, not for time to pass; this is when they give up, also on a busy machine.
PATIENCE_MS = 30_000

# A free handle answers 404 to the look-up that asks for it: the browser notes every 404 as an error.
USUAL = (re.compile(r"status of 404 .*/v1/u/[^/]+$"),)


class Visitor:
    """A browser context: own storage, own cookies. `page` is its first tab, `base_url` the server it visits. The
    context has no page yet, or a blank one.

    `trouble` collects console errors (broken content security policy among them, which is what a request to a server
    that ours does not name is), uncaught exceptions and crashes. The fixture fails the test on any that it did not
    `expect`.

    What stays in the browser after its pages are closed and its data is gone (scripts of its own for every page, a
    clock) goes through `altered`, so that nobody else gets this browser.
    """

    def __init__(
        self, name: str, context: BrowserContext, base_url: str, friends: Iterable[str] = ()
    ) -> None:
        self.name = name
        self.context = context
        self.base_url = base_url
        self.trouble: list[str] = []
        self._listeners: list[tuple[str, Any]] = [("page", self._watch)]
        self.is_altered = False
        self._expected: list[re.Pattern[str]] = [*USUAL]
        self._origins = {_origin(url) for url in (base_url, *friends)}
        context.set_default_timeout(PATIENCE_MS)
        context.on("page", self._watch)
        if context.pages:
            (self.page,) = context.pages
            self._watch(self.page)
        else:
            self.page = self.new_page()

    def leave(self) -> BrowserContext:
        """Nothing that happens in the browser from now on is this person's; returns it."""
        for event, listener in self._listeners:
            self.context.remove_listener(event, listener)
        return self.context

    def note_requests(self) -> list[str]:
        """The addresses that are asked for from now on; one of a foreign server is trouble.

        Only for tests about requests: a page of the app has some three hundred modules, and being told of each takes
        as long as loading them.
        """
        asked: list[str] = []

        def note(request: Request) -> None:
            asked.append(request.url)
            if (
                urlsplit(request.url).scheme not in ("data", "blob")
                and _origin(request.url) not in self._origins
            ):
                self.trouble.append(f"foreign request: {request.url}")

        self._listeners.append(("request", note))
        self.context.on("request", note)
        return asked

    @property
    def altered(self) -> BrowserContext:
        """The browser, for changes that stay in it."""
        self.is_altered = True
        return self.context

    def new_page(self) -> Page:
        """Another tab of the same browser."""
        return self.context.new_page()

    def goto(self, path: str) -> Response:
        """Opens a page of the server in the first tab and waits until it is loaded with its modules."""
        response = self.page.goto(f"{self.base_url}{path}", wait_until="load")
        assert response is not None
        return response

    def expect(self, pattern: str) -> None:
        """Trouble that matches this regular expression belongs to the test."""
        self._expected.append(re.compile(pattern))

    def unexpected(self) -> list[str]:
        return [each for each in self.trouble if not any(known.search(each) for known in self._expected)]

    def module_url(self, path: str) -> str:
        """The address of a module of static/js, such as `proto/keys.js`; a page must be open."""
        folder = self.page.evaluate("document.documentElement.dataset.static")
        return f"{folder}js/{path}"

    def call(self, path: str, script: str, argument: Any = None) -> Any:
        """Imports a module of static/js and calls `script`, a function of (module, argument), in the page.

        Its answer, awaited, comes back as JSON. Opens a plain page with the import map first if none is open.
        """
        if not self.page.url.startswith(self.base_url):
            self.goto("/docs/cli")
        return self.page.evaluate(
            f"async ([url, argument]) => ({script})(await import(url), argument)",
            [self.module_url(path), argument],
        )

    def _watch(self, page: Page) -> None:
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.trouble.append(f"uncaught: {error.stack or error}"))
        page.on("crash", lambda _: self.trouble.append("the page crashed"))

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.trouble.append(f"console: {message.text} {message.location.get('url', '')}".strip())


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme.replace('ws', 'http')}://{parts.netloc}"
