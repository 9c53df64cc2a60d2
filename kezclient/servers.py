"""Which server a handle is on, and at which address."""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kezclient.directory import parse_who
from kezclient.errors import BadHandleGiven
from kezclient.http_edge import check_base_url
from kezclient.registry_api import RegistryApi

if TYPE_CHECKING:
    from kezclient.identity import Profile
    from kezclient.invocation import Invocation
    from kezproto.handles import Handle

LOCAL_URL = "http://localhost:6969"


def choose_server(given: str | None, handle: str, profile: Profile | None) -> str:
    """`--server-url`, else KEZ_CHAT_URL, else what the profile knows, else https and the server part of the handle,
    else a server on this machine."""
    url = given or os.environ.get("KEZ_CHAT_URL")
    if url:
        return check_base_url(url)
    if profile is not None:
        return profile.server_url
    server = handle.removeprefix("@").partition("@")[2]
    return check_base_url(f"https://{server.lower()}") if server else LOCAL_URL


def warn_if_open(run: Invocation, url: str) -> None:
    """Without TLS anybody on the way can answer in the registry's place, and be believed at first contact."""
    parts = urlsplit(url)
    if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        run.warn(f"{url} is not encrypted: whoever is on the way can give out false keys. Use https.")


def handle_on(url: str, text: str) -> Handle:
    """The handle as typed, on the server at `url`; BadHandleGiven if it names another server than that one."""
    with closing(RegistryApi(url)) as registry:
        server = registry.status().server
    handle = parse_who(text, server)
    if handle.server != server:
        raise BadHandleGiven(
            given=text, reason=f"the server at {url} gives out handles that end in @{server}."
        )
    return handle
