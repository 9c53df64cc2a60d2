"""What the headers of a page have to say, so that a browser runs nothing else than what the page names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_FIXED = {
    "default-src": {"'none'"},
    "style-src": {"'self'"},
    "img-src": {"'self'", "blob:"},
    "base-uri": {"'none'"},
    "form-action": {"'self'"},
    "frame-ancestors": {"'none'"},
    "require-trusted-types-for": {"'script'"},
    "trusted-types": {"'none'"},
}
# These would load or tell something beside the page.
_HEADERS = (
    "Link",
    "Refresh",
    "Speculation-Rules",
    "Service-Worker-Allowed",
    "NEL",
    "Report-To",
    "Reporting-Endpoints",
)


def odd_headers(headers: Mapping[str, str], *, sigchain_origin: str) -> Iterator[str]:
    """In words, everything in which the headers of a page differ from what a kez-chat server sends."""
    kind = headers.get("Content-Type", "").replace(" ", "").lower()
    if kind != "text/html;charset=utf-8":
        yield f"the content type {kind!r}"
    for name in _HEADERS:
        if name in headers:
            yield f"the header {name}"
    yield from _odd_policy(headers.get("Content-Security-Policy", ""), sigchain_origin)


def _odd_policy(policy: str, sigchain_origin: str) -> Iterator[str]:
    directives: dict[str, list[str]] = {}
    for part in policy.split(";"):
        words = part.split()
        if words:
            directives.setdefault(words[0].lower(), words[1:])  # of two, browsers obey the first
    scripts = directives.pop("script-src", [])
    nonces = [source for source in scripts if source.startswith("'nonce-")]
    if set(scripts) - set(nonces) != {"'self'"} or len(nonces) > 1:
        yield f"a content security policy with script-src {' '.join(scripts) or 'missing'}"
    connect = directives.pop("connect-src", [])
    if set(connect) - {"'self'", sigchain_origin}:
        yield f"a content security policy with connect-src {' '.join(connect)}"
    for name, sources in _FIXED.items():
        found = directives.pop(name, None)
        if found is None or set(found) != sources:
            yield f"a content security policy with {name} {' '.join(found) if found else 'missing'}"
    for name in directives:
        yield f"a content security policy with {name}"
