"""Browsers that one person after the other uses: emptied in between, but for the modules that it has fetched.

A page of the app asks for some three hundred modules, which never change at their address. Fetching them anew for
every person of every test was a large part of the time that all tests took.
"""

from collections import defaultdict
from typing import Any

from playwright.sync_api import Browser, BrowserContext, TimeoutError

# What a person leaves behind. All that Chromium knows but the HTTP cache.
_LEFT_BEHIND = "file_systems,indexeddb,local_storage,service_workers,cache_storage"

EMPTY_WITHIN_MS = 20_000


class Contexts:
    """Contexts of one Chromium, each as good as a browser of one's own, for the servers that are visited. One that was
    used before has a blank page.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[str, list[BrowserContext]] = defaultdict(list)

    def take(self, base_url: str, **options: Any) -> BrowserContext:
        """An empty one for this server; a new one if it has to be a special one (`options` of Browser.new_context)."""
        free = self._free[base_url]
        return free.pop() if free and not options else self._browser.new_context(base_url=base_url, **options)

    def give_back(self, base_url: str, context: BrowserContext) -> None:
        """It is emptied for the next person. One that was changed in a way that stays is closed by its user instead.

        It has happened that Chromium never answered: such a context is not used again.
        """
        context.set_offline(False)
        context.unroute_all()
        context.clear_permissions()
        context.clear_cookies()
        blank = context.new_page()
        for page in context.pages:
            if page is not blank:  # an open page would hold on to its databases
                page.close()
        session = context.new_cdp_session(blank)
        try:
            session.send(
                "Storage.clearDataForOrigin",
                {"origin": base_url, "storageTypes": _LEFT_BEHIND},
                timeout=EMPTY_WITHIN_MS,
            )
        except TimeoutError:
            context.close()
            return
        session.detach()
        self._free[base_url].append(context)
