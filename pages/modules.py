"""Which modules a module brings with it: read from the import statements, the same way as a browser would.

A browser learns of a module's imports only once it has the module, so a deep graph takes many round trips; pages name
all of it at once. Paths are those of static files: `js/app.js`, `vendor/idb/index.js`.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath

from django.contrib.staticfiles import finders

from pages.import_map import specifiers

_COMMENT = re.compile(r"/\*.*?\*/|^\s*//[^\n]*", re.DOTALL | re.MULTILINE)
_STATIC = re.compile(
    r"""^\s*(?:import|export)\b(?:[\s\w$*{},]*?\bfrom)?\s*["']([^"'\n]+)["']""", re.MULTILINE
)
_DYNAMIC = re.compile(r"""\bimport\(\s*["']([^"'\n]+)["']\s*\)""")


@dataclass(frozen=True, slots=True)
class Imports:
    """Paths that a module imports when it loads, and those that it may import later."""

    at_once: tuple[str, ...]
    later: tuple[str, ...]


def graph(*entries: str, later: bool = False) -> list[str]:
    """The modules that load together with `entries`, themselves first, each once; with `later` all that may ever."""
    found: dict[str, None] = {}
    waiting = list(entries)
    while waiting:
        path = waiting.pop(0)
        if path not in found:
            found[path] = None
            imports = imports_of(path)
            waiting.extend(imports.at_once)
            if later:
                waiting.extend(imports.later)
    return list(found)


@cache
def imports_of(path: str) -> Imports:
    """What one module imports; nothing if there is no such module. What leads nowhere, a test says and the browser."""
    file = finders.find(path)
    if not isinstance(file, str):
        return Imports((), ())
    source = _COMMENT.sub("", Path(file).read_text(encoding="utf-8"))
    return Imports(_paths(_STATIC.findall(source), path), _paths(_DYNAMIC.findall(source), path))


def _paths(names: list[str], importer: str) -> tuple[str, ...]:
    """Of names that the import map does not have, only packages that run elsewhere too import any ("crypto")."""
    paths = (_resolve(name, importer) for name in names)
    return tuple(path for path in paths if path)


def _resolve(name: str, importer: str) -> str | None:
    if name.startswith("."):
        return normpath(join(dirname(importer), name))
    known = specifiers()
    if name in known:
        return known[name]
    package = next((each for each in known if each.endswith("/") and name.startswith(each)), None)
    return known[package] + name.removeprefix(package) if package else None
