"""A real Chromium before a real server, and people with browsers of their own."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from devstack import chromium
from devstack.stack import Stack
from tests.browser.contexts import Contexts
from tests.browser.visitor import Visitor


class Driver:
    """Playwright marks its event loop as the running one for as long as it is there.

    Tests of other folders share this process and have loops of their own, and Django refuses to touch the database
    under a running loop: so the mark is there only while a test with a browser runs.
    """

    def __init__(self) -> None:
        self._manager = sync_playwright()
        self.playwright: Playwright = self._manager.start()
        self._loop = asyncio.get_running_loop()

    def awake(self) -> None:
        asyncio._set_running_loop(self._loop)

    def asleep(self) -> None:
        asyncio._set_running_loop(None)

    def stop(self) -> None:
        self.awake()
        self.playwright.stop()
        self.asleep()


DRIVER = pytest.StashKey[Driver]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Any:
    driver = item.config.stash.get(DRIVER, None)
    if driver and "browser" in getattr(item, "fixturenames", ()):
        driver.awake()
    try:
        return (yield)
    finally:
        if driver := item.config.stash.get(DRIVER, None):
            driver.asleep()


@pytest.fixture(scope="session")
def browser(pytestconfig: pytest.Config) -> Iterator[Browser]:
    """One Chromium a run; see `contexts`."""
    program = chromium.find()
    assert program, "there is no Chromium: `make test` installs one, or name it with KEZ_CHROMIUM"
    driver = pytestconfig.stash[DRIVER] = Driver()
    launched = driver.playwright.chromium.launch(
        executable_path=program, args=["--no-sandbox", "--disable-gpu", "--force-prefers-reduced-motion"]
    )
    yield launched
    driver.awake()
    launched.close()
    driver.stop()
    del pytestconfig.stash[DRIVER]


@pytest.fixture(scope="session")
def contexts(browser: Browser) -> Contexts:
    """Every person gets a context of it, which is as good as another browser."""
    return Contexts(browser)


@contextmanager
def visitors(
    contexts: Contexts, base_url: str, friends: Iterable[str] = ()
) -> Iterator[Callable[..., Visitor]]:
    """`make("alice")` opens a browser of alice's own before the server at `base_url`; its pages may ask `friends` too.

    Options are those of Browser.new_context. All leave in the end, and trouble that no test has expected fails it.
    """
    people: list[Visitor] = []

    def make(name: str, **options: Any) -> Visitor:
        person = Visitor(name, contexts.take(base_url, **options), base_url, friends)
        person.is_altered = bool(options)
        people.append(person)
        return person

    yield make
    for person in people:
        if person.is_altered:
            person.context.close()
        else:
            contexts.give_back(base_url, person.leave())
    trouble = {person.name: person.unexpected() for person in people if person.unexpected()}
    assert trouble == {}


@contextmanager
def visitors_of(contexts: Contexts, stack: Stack) -> Iterator[Callable[..., Visitor]]:
    """The same before the web process of a whole server."""
    with visitors(contexts, stack.base_url, [stack.sigchain_url]) as make:
        yield make


@pytest.fixture
def visitor_of(contexts: Contexts, stack: Stack) -> Iterator[Callable[..., Visitor]]:
    """People for one test; see `visitors`."""
    with visitors_of(contexts, stack) as make:
        yield make


@pytest.fixture
def visitor(visitor_of: Callable[..., Visitor]) -> Visitor:
    """Somebody who has never been here."""
    return visitor_of("visitor")
